/**
 * Compares finished runs: means with intervals, paired tests over seeds, and ranks over scenarios
 * (Demšar, Statistical comparisons of classifiers over multiple data sets, JMLR 7, 2006). The
 * distributions and tests come from Commons Statistics; what it lacks, Wilcoxon's exact test with
 * ties, Holm's correction and Friedman's statistic, is here.
 */
@NullMarked
package io.perennial.runner.compare;

import org.jspecify.annotations.NullMarked;
