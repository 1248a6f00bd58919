/**
 * Perennial for programs: {@link io.perennial.runner.Perennial} finds the plugins, reads a
 * configuration, checks it and runs it. The command line does nothing else.
 */
@NullMarked
package io.perennial.runner;

import org.jspecify.annotations.NullMarked;
