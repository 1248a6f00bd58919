package io.perennial.api;

/**
 * Capability of a {@link Model}: its hidden layers can be made wider, in place, without changing
 * what it computes (Net2WiderNet, <a href="https://arxiv.org/abs/1511.05641">arXiv 1511.05641</a>,
 * equations 2 to 4). Each added unit (of a convolution: channel) is a copy of one drawn at random
 * from the layer's old ones. Copies take over incoming weights and bias; the outgoing weights of
 * all r copies of a unit are divided by r, so that together they play the part of the one.
 */
public interface Widening {
  /** The number of hidden layers that can be widened. */
  int hiddenLayers();

  /**
   * The units (channels) of a hidden layer.
   *
   * @param layer from 0, from the input on
   */
  int width(int layer);

  /**
   * Makes a hidden layer wider.
   *
   * @param layer from 0, from the input on
   * @param width the new number of units (channels), at least {@link #width}
   * @param noise the standard deviation of normal noise that is added to the incoming weights of
   *     every copy, in units of the root mean square of the layer's weights. Copies that are equal
   *     stay equal under gradient descent unless something tells them apart; at 0 the function is
   *     exactly the same, but only dropout or the like lets the new units become useful.
   * @param random for the choice of the units and for the noise
   * @return where each parameter comes from: s is 1 and 1/r for incoming and outgoing weights
   * @throws IllegalArgumentException if there is no such layer, or it would become narrower
   */
  ParameterMap widen(int layer, int width, double noise, RandomSource random);
}
