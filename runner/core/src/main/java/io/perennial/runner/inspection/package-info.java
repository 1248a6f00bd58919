/**
 * A look at a stream of tasks before anything is trained: what is in each task, and mistakes that
 * can be seen in the data. The checks that need no more than the labels and a few examples are part
 * of every pre-flight.
 */
@NullMarked
package io.perennial.runner.inspection;

import org.jspecify.annotations.NullMarked;
