/**
 * Deep generative replay (Shin et al., arXiv 1705.08690).
 *
 * <p>Old tasks are rehearsed without keeping their examples: beside the solver, the network of the
 * run, a generator learns to produce inputs like those seen so far. At the t-th task the solver
 * minimises {@code r E_(x,y) ℓ(S(x), y) + (1 - r) E_x' ℓ(S(x'), S_old(x'))} with {@code r = 1/t}:
 * x' are samples of the generator as the task before left it, and S_old, the solver as that task
 * left it, says what they are. The generator learns from the same mixture, so that it remembers as
 * well.
 */
@NullMarked
package io.perennial.replay;

import org.jspecify.annotations.NullMarked;
