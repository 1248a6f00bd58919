/**
 * The command line. A command's class holds its options only; what it does stands in a class of its
 * own, so that {@code --help} loads neither the plugins' machinery nor a logger.
 */
@NullMarked
package io.perennial.runner.cli;

import org.jspecify.annotations.NullMarked;
