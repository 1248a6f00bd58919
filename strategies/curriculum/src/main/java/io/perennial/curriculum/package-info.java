/**
 * Curricula: the order of tasks, and of the examples within a task, decides how well and how fast a
 * learner learns (Bengio et al., Curriculum Learning, ICML 2009).
 *
 * <p>Small probe networks measure the tasks before the run, on training data and on data held out
 * from it, never on test data. The <em>difficulty</em> of a task is the held-out loss of a probe
 * after a fixed number of steps, {@code D(j) = L_j / log C_j}, so that chance is 1 whatever the
 * number of classes. The <em>relatedness</em> is what the features of one task's probe are worth to
 * another task, in the manner of taskonomy's affinities (Zamir et al., <a
 * href="https://arxiv.org/abs/1804.08328">arXiv 1804.08328</a>): {@code A(i, j) = D(∅ → j) - D(i →
 * j)}, where {@code i → j} is a new head on the frozen features of i's probe, trained for as many
 * steps on the same examples of j, and {@code ∅ → j} a head on the features of an untrained probe.
 *
 * <p>{@code easy-first}, {@code hard-first}, {@code related-first} and {@code transfer-greedy}
 * order tasks; {@code easy-to-hard} decides which examples of a task are drawn as its training goes
 * on.
 */
@NullMarked
package io.perennial.curriculum;

import org.jspecify.annotations.NullMarked;
