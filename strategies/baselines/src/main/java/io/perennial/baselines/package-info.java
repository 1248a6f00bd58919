/**
 * The three yardsticks of lifelong learning: {@code naive} fine-tuning forgets (the lower bound),
 * {@code joint} training on all data so far neither forgets nor is intransigent but must keep
 * everything (the upper bound), and {@code independent} networks, one a task, cannot forget but
 * transfer nothing and grow with the number of tasks.
 */
@NullMarked
package io.perennial.baselines;

import org.jspecify.annotations.NullMarked;
