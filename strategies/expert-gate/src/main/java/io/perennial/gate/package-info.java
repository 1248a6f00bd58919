/**
 * Expert Gate (Aljundi et al., <a href="https://arxiv.org/abs/1611.06194">arXiv 1611.06194</a>): an
 * expert network and an undercomplete autoencoder, the gate, for every task. The gates say without
 * a task label which expert to ask, because each reconstructs its own task's examples best; and
 * they say how a new task k is related to an old one a,
 *
 * <pre>Rel(k, a) = 1 - |Er_a - Er_k| / Er_k</pre>
 *
 * <p>with Er the mean reconstruction errors of the two gates on the examples of k. The new expert
 * starts from the most related one: closely related, it also learns to keep that one's answers
 * (learning without forgetting, <a href="https://arxiv.org/abs/1606.09282">arXiv 1606.09282</a>);
 * otherwise it is only fine-tuned.
 */
@NullMarked
package io.perennial.gate;

import org.jspecify.annotations.NullMarked;
