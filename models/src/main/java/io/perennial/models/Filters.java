package io.perennial.models;

import io.perennial.api.PerExampleGradients.Power;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The filters of a convolutional layer at work, one example at a time, so that patches and products
 * stay in the cache: the linear part of the layer, without bias. The product stands in the scratch,
 * where several of these can add to it; the patches are cut again on the way back.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Filters<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final ConvolutionLayer layer;
  private final Patches index;
  private final ConvolutionScratch<A> scratch;
  private final Memory[] weights;
  private final Memory[] patches;
  private @Nullable INDArray owned;
  private @Nullable Memory gradient;
  private Memory[] gradients = {};
  private @Nullable A powers;
  private boolean summing;

  /**
   * @param weights as {@link Patches#toPacked} orders them
   * @param scratch shared with the other layers of a shard
   */
  Filters(Kernels<A> kernels, Patches index, Memory weights, ConvolutionScratch<A> scratch) {
    this.kernels = kernels;
    this.layer = index.layer();
    this.index = index;
    this.scratch = scratch;
    int products = index.products();
    this.weights = new Memory[products];
    this.patches = new Memory[products];
    for (int k = 0; k < products; k++) {
      int column = k * index.width();
      this.weights[k] = weights.slice(column, layer.weightLength() - column);
      this.patches[k] =
          scratch.patches.slice(
              (long) k * layer.width() * index.width(), layer.positions() * index.width());
    }
  }

  /**
   * Writes the convolution into the scratch's product, or adds it to what is there.
   *
   * @param input channels last, from {@code at} on
   */
  void multiply(A input, int at, boolean add) {
    cut(input, at);
    int filters = layer.filters();
    int width = index.width();
    for (int k = 0; k < patches.length; k++) {
      kernels.gemm(
          false,
          true,
          layer.positions(),
          filters,
          width,
          patches[k],
          width,
          weights[k],
          layer.window(),
          k == 0 && !add ? 0 : 1,
          scratch.product,
          filters);
    }
  }

  /** Cuts an image into patches. */
  private void cut(A input, int at) {
    A from = input;
    int start = at;
    if (layer.enlarge() > 1) {
      System.arraycopy(input, at, scratch.small, 0, layer.inputSize());
      kernels.gather(scratch.small, index.pixels(), layer.channels(), scratch.image);
      from = scratch.image;
      start = 0;
    }
    int line = layer.width() * layer.channels();
    kernels.fill(scratch.padded, layer.paddedSize(), 0); // Another layer may have left its image.
    for (int y = 0; y < layer.height(); y++) {
      System.arraycopy(from, start + y * line, scratch.padded, paddedAt(y), line);
    }
    kernels.gather(scratch.padded, index.starts(), index.run(), scratch.runs);
    kernels.put(scratch.runs, 0, scratch.patches, 0, index.size());
  }

  private int paddedAt(int y) {
    return ((y + layer.padding()) * layer.paddedWidth() + layer.padding()) * layer.channels();
  }

  /** To be called before the first example of a pass back: the gradient starts from 0. */
  void startGradient() {
    if (gradient == null) {
      INDArray made = Vectors.create(kernels.type(), layer.weightLength());
      Memory whole = Memory.of(made);
      gradients = new Memory[index.products()];
      for (int k = 0; k < gradients.length; k++) {
        int column = k * index.width();
        gradients[k] = whole.slice(column, layer.weightLength() - column);
      }
      owned = made;
      gradient = whole;
    }
    summing = false;
  }

  /**
   * Adds an example's gradient, given that of the product in the product's place.
   *
   * @param input as in {@link #multiply}
   */
  void addGradient(A input, int at) {
    cut(input, at);
    int filters = layer.filters();
    int width = index.width();
    for (int k = 0; k < patches.length; k++) {
      kernels.gemm(
          true,
          false,
          filters,
          width,
          layer.positions(),
          scratch.product,
          filters,
          patches[k],
          width,
          summing ? 1 : 0,
          gradients[k],
          layer.window());
    }
    summing = true;
  }

  /**
   * The gradient with respect to an example's input, given that of the product in its place.
   *
   * @param to written from index 0 on
   */
  void inputGradient(A to) {
    int filters = layer.filters();
    int width = index.width();
    int first = layer.positions() * width;
    // The first product overwrites its part; the shifted ones reach beyond it.
    kernels.put(scratch.zeros, 0, scratch.patches, first, index.size() - first);
    for (int k = 0; k < patches.length; k++) {
      kernels.gemm(
          false,
          false,
          layer.positions(),
          width,
          filters,
          scratch.product,
          filters,
          weights[k],
          layer.window(),
          k == 0 ? 0 : 1,
          patches[k],
          width);
    }
    kernels.get(scratch.patches, 0, scratch.runs, 0, index.size());
    kernels.fill(scratch.padded, layer.paddedSize(), 0);
    kernels.scatterAdd(scratch.runs, index.starts(), index.run(), scratch.padded);
    A whole = layer.enlarge() == 1 ? to : scratch.image;
    int line = layer.width() * layer.channels();
    for (int y = 0; y < layer.height(); y++) {
      System.arraycopy(scratch.padded, paddedAt(y), whole, y * line, line);
    }
    if (layer.enlarge() > 1) {
      kernels.fill(to, layer.inputSize(), 0);
      kernels.scatterAdd(scratch.image, index.pixels(), layer.channels(), to);
    }
  }

  /** To be called before the first example of a sum of powers. */
  void startPowers() {
    A sum = powers;
    if (sum == null) {
      sum = kernels.array(layer.weightLength());
      powers = sum;
    }
    kernels.fill(sum, layer.weightLength(), 0);
  }

  /** Adds the power of the gradient since {@link #startGradient}, a single example's. */
  void addPower(Power power) {
    A sum = powers;
    if (sum == null) {
      throw new IllegalStateException("The sum of powers was not started");
    }
    readGradient();
    switch (power) {
      case SQUARE -> kernels.addSquare(1, scratch.weights, sum, layer.weightLength());
      case ABSOLUTE -> kernels.addAbsolute(scratch.weights, sum, layer.weightLength());
    }
  }

  private void readGradient() {
    Memory from = gradient;
    if (from == null) {
      throw new IllegalStateException("The sum of gradients was not started");
    }
    kernels.get(from, 0, scratch.weights, 0, layer.weightLength());
  }

  /**
   * Adds the gradient, or the sum of powers, to that of other examples.
   *
   * @param total as {@link Patches#toPacked} orders the weights
   */
  void addTo(boolean ofPowers, A total) {
    A sum = powers;
    if (ofPowers && sum != null) {
      kernels.add(sum, total, layer.weightLength());
    } else {
      readGradient();
      kernels.add(scratch.weights, total, layer.weightLength());
    }
  }

  @Override
  public void close() {
    if (owned != null) {
      owned.close();
    }
  }
}
