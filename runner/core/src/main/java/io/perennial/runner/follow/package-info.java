/** Listeners that write down, step by step, what a run does. */
@NullMarked
package io.perennial.runner.follow;

import org.jspecify.annotations.NullMarked;
