/**
 * The results of runs as pictures: {@link io.perennial.runner.report.Report} reads result
 * directories and writes one page, or one picture a chart.
 *
 * <p>The page is a file that needs nothing else: a template fills in what is text, escaped; the
 * charts' data stand in it as JSON, and scripts of ours hand them to Apache ECharts, which is
 * inlined, too. What a chart shows is decided in one place, {@code charts.js}, and how each kind of
 * chart looks in {@code draw.js}: the page runs them in the browser, {@code Figures} runs the same
 * files, and the same ECharts, in Rhino. A chart is added there; nothing here knows one.
 *
 * <p>All that is in a result directory may have been written by anybody. It is escaped when it is
 * text, checked when it is a number, and no file outside the directory is read, symbolic links
 * included.
 */
@NullMarked
package io.perennial.runner.report;

import org.jspecify.annotations.NullMarked;
