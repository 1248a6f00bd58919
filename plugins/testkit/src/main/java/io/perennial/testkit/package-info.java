/**
 * The conformance kit: extend {@link io.perennial.testkit.StrategyConformance}, say how your
 * strategy is written in a configuration, and the laws of every role it has are checked on it.
 *
 * <p>A law is one sentence and the code that tries to refute it. Those about gradients work in
 * double against finite differences; those about runs train a small network on a stream of blobs,
 * several times, and compare bits; those about what a strategy may touch stand between it and the
 * runner. Which laws apply follows from the roles that the strategy's class implements.
 */
@NullMarked
package io.perennial.testkit;

import org.jspecify.annotations.NullMarked;
