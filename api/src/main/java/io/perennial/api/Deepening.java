package io.perennial.api;

import java.util.Optional;

/**
 * Capability of a {@link Model}: layers that compute the identity can be inserted, in place
 * (Net2DeeperNet, <a href="https://arxiv.org/abs/1511.05641">arXiv 1511.05641</a>, section 2.3).
 * This asks for a non-linearity f with {@code f(f(x)) = f(x)}, which ReLU has and tanh has not.
 */
public interface Deepening {
  /** Why this network cannot be deepened, as a clause for people; empty if it can. */
  Optional<String> whyNotDeepen();

  /**
   * Inserts a layer of the same width after a hidden one.
   *
   * @param layer the hidden layer that it follows, from 0, from the input on
   * @param noise the standard deviation of normal noise that is added to the new layer's weights,
   *     in units of their root mean square; 0 leaves the function exactly the same
   * @param random for the noise
   * @return where each parameter comes from; the new layer's come from nowhere
   * @throws IllegalArgumentException if there is no such layer
   * @throws IllegalStateException if {@link #whyNotDeepen} gives a reason
   */
  ParameterMap deepen(int layer, double noise, RandomSource random);
}
