/**
 * Net2Net (Chen, Goodfellow and Shlens, <a href="https://arxiv.org/abs/1511.05641">arXiv
 * 1511.05641</a>) as an expansion for lifelong learning.
 *
 * <p>A hidden layer becomes wider when random units are copied, {@code W'1[j] = W1[g(j)]}, and the
 * outgoing weights of each are divided among its copies, {@code W'2[k, j] = W2[k, g(j)] / r(g(j))};
 * a network becomes deeper by a layer that computes the identity. The network computes the same
 * before and after, so nothing is forgotten by growing, and training goes on from there with more
 * room. It grows only when the training accuracy of the current task is not good enough (the use of
 * Net2Net in lifelong learning: <a href="https://arxiv.org/abs/1811.07017">arXiv 1811.07017</a>),
 * and never beyond a budget.
 *
 * <p>Momentum, second moments and the importances of EWC and its kin follow the growth, so that
 * penalties are the same before and after. Net2Net itself keeps nothing from being overwritten: put
 * a strategy that retains beside it.
 */
@NullMarked
package io.perennial.net2net;

import org.jspecify.annotations.NullMarked;
