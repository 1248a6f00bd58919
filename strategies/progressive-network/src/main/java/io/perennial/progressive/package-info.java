/**
 * Progressive neural networks (Rusu et al., <a href="https://arxiv.org/abs/1606.04671">arXiv
 * 1606.04671</a>): every task gets a column, a network of its own, that also reads the hidden
 * layers of all columns before it. Old columns are frozen, so nothing is forgotten, to the last
 * bit; what they know transfers through the adapters between them:
 *
 * <pre>h_i^(k) = f(W_i^(k) h_(i-1)^(k) + U_i^(k) σ(V_i^(k) α_(i-1)^(&lt;k) h_(i-1)^(&lt;k)))</pre>
 *
 * <p>Between convolutions W and U are convolutions and V is a 1x1 convolution.
 *
 * <p>The price is a network that grows with every task, and the need to know at test time which
 * column to ask.
 */
@NullMarked
package io.perennial.progressive;

import org.jspecify.annotations.NullMarked;
