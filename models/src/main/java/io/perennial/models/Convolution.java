package io.perennial.models;

import io.perennial.api.PerExampleGradients.Power;
import org.jspecify.annotations.Nullable;

/**
 * A convolutional layer at work on some rows of a batch, one example at a time. Its outputs and the
 * places of the maxima are kept for the way back. In a column with columns before it a second
 * convolution, of what the layer's adapter made of their maps, is added to its own.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Convolution<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final ConvolutionLayer layer;
  private final Filters<A> own;
  private final @Nullable Filters<A> lateral;
  private final Memory biases;
  private final ConvolutionScratch<A> scratch;
  private final A outputs;
  private final A which;
  private final A biasRow;
  private final A biasSums;
  private @Nullable A biasPowers;

  /**
   * @param lateral of the adapter's outputs, with the same output; null if there is no adapter
   * @param biases among the parameters
   * @param scratch of both filters
   * @param rows how many examples it keeps the outputs of
   */
  Convolution(
      Kernels<A> kernels,
      ConvolutionLayer layer,
      Filters<A> own,
      @Nullable Filters<A> lateral,
      Memory biases,
      ConvolutionScratch<A> scratch,
      int rows) {
    this.kernels = kernels;
    this.layer = layer;
    this.own = own;
    this.lateral = lateral;
    this.biases = biases;
    this.scratch = scratch;
    this.outputs = kernels.array(rows * layer.outputSize());
    this.which = kernels.array(layer.pool() == 1 ? 0 : rows * layer.outputSize());
    this.biasRow = kernels.array(layer.outputWidth() * layer.filters());
    this.biasSums = kernels.array(layer.filters());
  }

  /** The outputs of all rows, {@code [rows, height, width, O]}. */
  A outputs() {
    return outputs;
  }

  /** With what it summed over its examples. */
  Filters<A> own() {
    return own;
  }

  /** With what it summed over its examples. */
  @Nullable Filters<A> lateral() {
    return lateral;
  }

  /** To be called before the first row of a pass forward: takes over the biases. */
  void start() {
    for (int at = 0; at < layer.outputWidth() * layer.filters(); at += layer.filters()) {
      kernels.get(biases, 0, biasRow, at, layer.filters());
    }
  }

  /**
   * Computes an example's outputs.
   *
   * @param example its row
   * @param input channels last, from {@code at} on
   * @param adapted the adapter's outputs of this example, channels last; null without an adapter
   */
  void forward(int example, A input, int at, @Nullable A adapted) {
    own.multiply(input, at, false);
    if (lateral != null && adapted != null) {
      lateral.multiply(adapted, 0, true);
    }
    A best = scratch.best;
    int line = layer.outputWidth() * layer.filters();
    for (int y = 0; y < layer.outputHeight(); y++) {
      int to = example * layer.outputSize() + y * line;
      kernels.get(scratch.product, productAt(y, 0), best, 0, line);
      if (layer.pool() > 1) {
        kernels.fill(scratch.places, line, 0);
        for (int k = 1; k < layer.pool() * layer.pool(); k++) {
          kernels.get(scratch.product, productAt(y, k), scratch.row, 0, line);
          kernels.larger(scratch.row, best, scratch.places, k, line);
        }
        System.arraycopy(scratch.places, 0, which, to, line);
      }
      if (layer.rectified()) {
        kernels.addRelu(best, biasRow, line);
      } else {
        kernels.add(biasRow, best, line);
      }
      System.arraycopy(best, 0, outputs, to, line);
    }
  }

  /** Where the k-th of each window in a row of windows begin in the product. */
  private int productAt(int windowRow, int k) {
    int y = windowRow * layer.pool() + k / layer.pool();
    int place = k % layer.pool() * layer.outputWidth();
    return (y * layer.width() + place) * layer.filters();
  }

  /** To be called before the first row of a pass back: parameters' gradients start from 0. */
  void startGradients() {
    own.startGradient();
    if (lateral != null) {
      lateral.startGradient();
    }
    kernels.fill(biasSums, layer.filters(), 0);
  }

  /**
   * Adds an example's gradients to those of the parameters.
   *
   * @param delta the gradient with respect to its outputs
   * @param input as in {@link #forward}
   * @param adapted as in {@link #forward}
   */
  void backward(int example, A delta, A input, int at, @Nullable A adapted) {
    throughPooling(example, delta);
    own.addGradient(input, at);
    if (lateral != null && adapted != null) {
      lateral.addGradient(adapted, 0);
    }
  }

  /** Leaves the gradient with respect to the convolution's outputs in the product's place. */
  private void throughPooling(int example, A delta) {
    int filters = layer.filters();
    int line = layer.outputWidth() * filters;
    if (layer.hasRemainder()) {
      for (int y = 0; y < layer.height(); y++) {
        int length = layer.width() * filters;
        kernels.put(scratch.zeros, 0, scratch.product, y * length, length);
      }
    }
    A row = scratch.row;
    A best = scratch.best;
    kernels.fill(scratch.lineSums, line, 0);
    for (int y = 0; y < layer.outputHeight(); y++) {
      int from = example * layer.outputSize() + y * line;
      System.arraycopy(delta, y * line, row, 0, line);
      if (layer.rectified()) {
        System.arraycopy(outputs, from, best, 0, line);
        kernels.reluGradient(row, best, line);
      }
      kernels.add(row, scratch.lineSums, line);
      if (layer.pool() == 1) {
        kernels.put(row, 0, scratch.product, productAt(y, 0), line);
        continue;
      }
      System.arraycopy(which, from, scratch.places, 0, line);
      for (int k = 0; k < layer.pool() * layer.pool(); k++) {
        kernels.select(row, scratch.places, k, best, line);
        kernels.put(best, 0, scratch.product, productAt(y, k), line);
      }
    }
    for (int at = 0; at < line; at += filters) {
      System.arraycopy(scratch.lineSums, at, scratch.sum, 0, filters);
      kernels.add(scratch.sum, biasSums, filters);
    }
  }

  /**
   * After {@link #backward}: the same example's gradient with respect to its input.
   *
   * @param to written from index 0 on
   */
  void inputGradient(A to) {
    own.inputGradient(to);
  }

  /** After {@link #backward}: the same with respect to the adapter's outputs. */
  void lateralGradient(A to) {
    if (lateral != null) {
      lateral.inputGradient(to);
    }
  }

  /** To be called before the first example of a sum of powers. */
  void startPowers() {
    own.startPowers();
    A sums = biasPowers;
    if (sums == null) {
      sums = kernels.array(layer.filters());
      biasPowers = sums;
    }
    kernels.fill(sums, layer.filters(), 0);
  }

  /** Adds the power of the gradients since {@link #startGradients}, a single example's. */
  void addPowers(Power power) {
    own.addPower(power);
    A sums = biasPowers;
    if (sums == null) {
      throw new IllegalStateException("The sum of powers was not started");
    }
    switch (power) {
      case SQUARE -> kernels.addSquare(1, biasSums, sums, layer.filters());
      case ABSOLUTE -> kernels.addAbsolute(biasSums, sums, layer.filters());
    }
  }

  /** Adds the biases' gradient, or the sum of its powers, to that of other examples. */
  void addBiasTo(boolean powers, A total) {
    A sums = biasPowers;
    kernels.add(powers && sums != null ? sums : biasSums, total, layer.filters());
  }

  @Override
  public void close() {
    own.close();
    if (lateral != null) {
      lateral.close();
    }
  }
}
