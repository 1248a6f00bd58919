package io.perennial.models;

import io.perennial.api.RandomSource;

/** How a network's first parameters are drawn. */
public enum Initialization {
  /**
   * Uniform weights with the bound √(6/inputs) under ReLU (He et al., <a
   * href="https://arxiv.org/abs/1502.01852">arXiv 1502.01852</a>) and √(6/(inputs+outputs)) under
   * tanh and in the output layer (Glorot and Bengio 2010); biases of 0.
   */
  SCALED,
  /**
   * Uniform weights and biases with the bound 1/√inputs in every layer, what PyTorch's layers do
   * unless told otherwise: hidden weights under ReLU are 2.4 times smaller than {@link #SCALED}
   * ones, and so little that a network fine-tuned from them forgets far more.
   */
  FAN_IN;

  /**
   * Draws the parameters of some outputs of a layer.
   *
   * @param activation that follows the layer
   * @param inputs of each output
   * @param outputs of the whole layer
   * @param first the first output to draw
   * @param weights where the layer's weights {@code [outputs, inputs]} begin in {@code values}
   * @param biases where its biases begin
   */
  void draw(
      Activation activation,
      int inputs,
      int outputs,
      int first,
      RandomSource random,
      double[] values,
      int weights,
      int biases) {
    boolean fanIn = this == FAN_IN;
    double bound = fanIn ? 1 / Math.sqrt(inputs) : activation.bound(inputs, outputs);
    fill(values, weights + first * inputs, weights + outputs * inputs, bound, random);
    if (fanIn) {
      fill(values, biases + first, biases + outputs, bound, random);
    }
  }

  private static void fill(double[] values, int from, int to, double bound, RandomSource random) {
    for (int i = from; i < to; i++) {
      values[i] = bound * (2 * random.nextDouble() - 1);
    }
  }
}
