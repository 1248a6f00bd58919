package io.perennial.models;

/**
 * Where a layer's weights {@code [outputs, units, block]} lie in the flat parameter vector; its
 * biases {@code [outputs]} follow them. What growth has to know of a layer, whatever its kind.
 *
 * @param offset of the weights
 * @param outputs the units or channels that it makes
 * @param units the units or channels that it takes
 * @param block the weights from each of them: 1 between dense layers, a kernel's area in a
 *     convolution, the positions of a channel where a dense layer follows one
 */
record LayerBlock(int offset, int outputs, int units, int block) {
  /** The weights of one output. */
  int inputs() {
    return units * block;
  }

  int biasOffset() {
    return offset + outputs * inputs();
  }

  int end() {
    return biasOffset() + outputs;
  }
}
