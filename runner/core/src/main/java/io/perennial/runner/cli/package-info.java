/** The command line. */
@NullMarked
package io.perennial.runner.cli;

import org.jspecify.annotations.NullMarked;
