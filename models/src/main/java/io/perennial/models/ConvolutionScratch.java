package io.perennial.models;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where the convolutional layers of a shard work, one after the other: as large as the largest of
 * them needs.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class ConvolutionScratch<A> implements AutoCloseable {
  /** An example's patches. */
  final Memory patches;

  /** What the filters make of them, {@code [positions, O]}, and its gradient on the way back. */
  final Memory product;

  final A small;
  final A image;
  final A padded;
  final A runs;
  final A zeros;
  final A weights;
  final A row;
  final A best;
  final A places;
  final A lineSums;
  final A sum;
  private final List<INDArray> owned = new ArrayList<>();

  /**
   * @param indices of every layer that will work here
   */
  ConvolutionScratch(Kernels<A> kernels, List<Patches> indices) {
    int cut = 0;
    int product = 0;
    int padded = 0;
    int weights = 0;
    int small = 0;
    int image = 0;
    int line = 0;
    for (Patches index : indices) {
      ConvolutionLayer layer = index.layer();
      cut = Math.max(cut, index.size());
      product = Math.max(product, layer.positions() * layer.filters());
      padded = Math.max(padded, layer.paddedSize());
      weights = Math.max(weights, layer.weightLength());
      if (layer.enlarge() > 1) {
        small = Math.max(small, layer.inputSize());
        image = Math.max(image, layer.channels() * layer.positions());
      }
      line = Math.max(line, layer.width() * layer.filters());
    }
    this.patches = vector(kernels, cut);
    this.product = vector(kernels, product);
    this.small = kernels.array(small);
    this.image = kernels.array(image);
    this.padded = kernels.array(padded);
    this.runs = kernels.array(cut);
    this.zeros = kernels.array(Math.max(line, cut));
    this.weights = kernels.array(weights);
    this.row = kernels.array(line);
    this.best = kernels.array(line);
    this.places = kernels.array(line);
    this.lineSums = kernels.array(line);
    this.sum = kernels.array(line);
  }

  private Memory vector(Kernels<A> kernels, int length) {
    INDArray made = Vectors.create(kernels.type(), length);
    owned.add(made);
    return Memory.of(made);
  }

  @Override
  public void close() {
    owned.forEach(INDArray::close);
  }
}
