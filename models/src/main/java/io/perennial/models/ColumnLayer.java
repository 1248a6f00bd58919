package io.perennial.models;

/**
 * Where the tensors of one layer of a column lie in its flat parameter vector: {@code W} and {@code
 * b [out]} as in a network without columns, and behind them those of its adapter, if it has one:
 * {@code α [previous]}, {@code V [a, previous · each]}, {@code c [a]} and {@code U [out, a ·
 * area]}.
 *
 * @param own W and b
 * @param previous how many columns come before
 * @param each what the adapter reads of each of them: units of a dense layer's input, channels of a
 *     convolution's
 * @param area the weights of U from each of the adapter's outputs: 1 in a dense layer, a kernel's
 *     area in a convolution
 * @param width a; 0 without an adapter
 */
record ColumnLayer(LayerBlock own, int previous, int each, int area, int width) {
  boolean hasAdapter() {
    return width > 0;
  }

  int outputs() {
    return own.outputs();
  }

  int weights() {
    return own.offset();
  }

  int bias() {
    return own.biasOffset();
  }

  int scales() {
    return own.end();
  }

  int projection() {
    return scales() + previous;
  }

  /** The width of what the adapter reads: a place's activations in all columns before. */
  int anterior() {
    return previous * each;
  }

  int adapterBias() {
    return projection() + width * anterior();
  }

  int adapterWeights() {
    return adapterBias() + width;
  }

  int adapterWeightLength() {
    return outputs() * width * area;
  }

  int end() {
    return hasAdapter() ? adapterWeights() + adapterWeightLength() : own.end();
  }
}
