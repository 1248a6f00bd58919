package io.perennial.models;

/**
 * Brings filters from the order of the parameters, {@code [O, C, kernel, kernel]}, into that of the
 * products, and what shards summed for them back. Scratch of one thread.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class FilterOrder<A> {
  private final Kernels<A> kernels;
  private final A packed;
  private final A natural;
  private final A bias;
  private final A before;

  /**
   * @param longest the most weights of a layer
   * @param most the most filters of a layer
   */
  FilterOrder(Kernels<A> kernels, int longest, int most) {
    this.kernels = kernels;
    this.packed = kernels.array(longest);
    this.natural = kernels.array(longest);
    this.bias = kernels.array(most);
    this.before = kernels.array(most);
  }

  /** Copies a layer's filters into the order of the products. */
  void pack(Patches index, Memory parameters, Memory to) {
    ConvolutionLayer layer = index.layer();
    int length = layer.weightLength();
    kernels.get(parameters, layer.weightOffset(), natural, 0, length);
    kernels.gather(natural, index.toPacked(), 1, packed);
    kernels.put(packed, 0, to, 0, length);
  }

  /** Before the first {@link #total} of a layer. */
  void start(ConvolutionLayer layer) {
    kernels.fill(packed, layer.weightLength(), 0);
    kernels.fill(bias, layer.filters(), 0);
  }

  /** The sum of a layer's filters, in the order of the products, for shards to add to. */
  A total() {
    return packed;
  }

  /** The sum of a layer's biases, for shards to add to. */
  A biasTotal() {
    return bias;
  }

  /** Writes the sum of the filters among the parameters, or adds it to what is there. */
  void write(Patches index, boolean add, Memory to) {
    ConvolutionLayer layer = index.layer();
    int length = layer.weightLength();
    kernels.gather(packed, index.fromPacked(), 1, natural);
    if (add) {
      kernels.get(to, layer.weightOffset(), packed, 0, length);
      kernels.add(packed, natural, length);
    }
    kernels.put(natural, 0, to, layer.weightOffset(), length);
  }

  /** Writes the sum of the biases among the parameters, or adds it to what is there. */
  void writeBias(int offset, int count, boolean add, Memory to) {
    if (add) {
      kernels.get(to, offset, before, 0, count);
      kernels.add(before, bias, count);
    }
    kernels.put(bias, 0, to, offset, count);
  }
}
