package io.perennial.models;

import io.perennial.api.PerExampleGradients.Power;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolutional layer at work on some rows of a batch, one example at a time, so that patches and
 * products stay in the cache. Its outputs and the places of the maxima are kept for the way back;
 * the patches are cut again there.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Convolution<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final ConvolutionLayer layer;
  private final Patches index;
  private final Memory biases;
  private final Memory[] weights;
  private final Memory[] patches;
  private final Memory[] weightGradients;
  private final Memory allPatches;
  private final Memory allGradients;
  private final Memory product;
  private final List<INDArray> owned = new ArrayList<>();
  private final A outputs;
  private final A which;
  private final A small;
  private final A image;
  private final A padded;
  private final A runs;
  private final A zeros;
  private final A row;
  private final A best;
  private final A places;
  private final A biasRow;
  private final A biasSums;
  private final A lineSums;
  private final A sum;
  private final A paddedGradient;
  private final A weightGradient;
  private @Nullable A weightPowers;
  private @Nullable A biasPowers;
  private boolean summing;

  /**
   * @param weights as {@link Patches#toPacked} orders them
   * @param biases among the parameters
   * @param rows how many examples it keeps the outputs of
   */
  Convolution(
      Kernels<A> kernels,
      ConvolutionLayer layer,
      Patches index,
      Memory weights,
      Memory biases,
      int rows) {
    this.kernels = kernels;
    this.layer = layer;
    this.index = index;
    this.biases = biases;
    this.allPatches = vector(index.size());
    this.allGradients = vector(layer.weightLength());
    this.product = vector(layer.positions() * layer.filters());
    int products = index.products();
    this.weights = new Memory[products];
    this.patches = new Memory[products];
    this.weightGradients = new Memory[products];
    for (int k = 0; k < products; k++) {
      int column = k * index.width();
      int left = layer.weightLength() - column;
      this.weights[k] = weights.slice(column, left);
      this.weightGradients[k] = allGradients.slice(column, left);
      this.patches[k] =
          allPatches.slice(
              (long) k * layer.width() * index.width(), layer.positions() * index.width());
    }
    int line = layer.outputWidth() * layer.filters();
    this.outputs = kernels.array(rows * layer.outputSize());
    this.which = kernels.array(layer.pool() == 1 ? 0 : rows * layer.outputSize());
    this.small = kernels.array(layer.enlarge() == 1 ? 0 : layer.inputSize());
    this.image = kernels.array(layer.enlarge() == 1 ? 0 : layer.channels() * layer.positions());
    this.padded = kernels.array(layer.paddedSize());
    this.runs = kernels.array(index.size());
    this.zeros = kernels.array(Math.max(layer.width() * layer.filters(), index.size()));
    this.row = kernels.array(line);
    this.best = kernels.array(line);
    this.places = kernels.array(line);
    this.biasRow = kernels.array(line);
    this.biasSums = kernels.array(layer.filters());
    this.lineSums = kernels.array(line);
    this.sum = kernels.array(layer.filters());
    this.paddedGradient = kernels.array(layer.paddedSize());
    this.weightGradient = kernels.array(layer.weightLength());
  }

  private Memory vector(int length) {
    INDArray made = Vectors.create(kernels.type(), length);
    owned.add(made);
    return Memory.of(made);
  }

  /** The outputs of all rows, {@code [rows, height, width, O]}. */
  A outputs() {
    return outputs;
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
   */
  void forward(int example, A input, int at) {
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
          k == 0 ? 0 : 1,
          product,
          filters);
    }
    int line = layer.outputWidth() * filters;
    for (int y = 0; y < layer.outputHeight(); y++) {
      int to = example * layer.outputSize() + y * line;
      kernels.get(product, productAt(y, 0), best, 0, line);
      if (layer.pool() > 1) {
        kernels.fill(places, line, 0);
        for (int k = 1; k < layer.pool() * layer.pool(); k++) {
          kernels.get(product, productAt(y, k), row, 0, line);
          kernels.larger(row, best, places, k, line);
        }
        System.arraycopy(places, 0, which, to, line);
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

  /** Cuts an image into patches. */
  private void cut(A input, int at) {
    A from = input;
    int start = at;
    if (layer.enlarge() > 1) {
      System.arraycopy(input, at, small, 0, layer.inputSize());
      kernels.gather(small, index.pixels(), layer.channels(), image);
      from = image;
      start = 0;
    }
    int line = layer.width() * layer.channels();
    for (int y = 0; y < layer.height(); y++) {
      System.arraycopy(from, start + y * line, padded, paddedAt(y), line);
    }
    kernels.gather(padded, index.starts(), index.run(), runs);
    kernels.put(runs, 0, allPatches, 0, index.size());
  }

  private int paddedAt(int y) {
    return ((y + layer.padding()) * layer.paddedWidth() + layer.padding()) * layer.channels();
  }

  /** To be called before the first row of a pass back: parameters' gradients start from 0. */
  void startGradients() {
    summing = false;
    kernels.fill(biasSums, layer.filters(), 0);
  }

  /**
   * Adds an example's gradients to those of the parameters.
   *
   * @param delta the gradient with respect to its outputs
   * @param input as in {@link #forward}
   */
  void backward(int example, A delta, A input, int at) {
    throughPooling(example, delta);
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
          product,
          filters,
          patches[k],
          width,
          summing ? 1 : 0,
          weightGradients[k],
          layer.window());
    }
    summing = true;
  }

  /** Leaves the gradient with respect to the convolution's outputs in the product's place. */
  private void throughPooling(int example, A delta) {
    int filters = layer.filters();
    int line = layer.outputWidth() * filters;
    if (layer.hasRemainder()) {
      for (int y = 0; y < layer.height(); y++) {
        int length = layer.width() * filters;
        kernels.put(zeros, 0, product, y * length, length);
      }
    }
    kernels.fill(lineSums, line, 0);
    for (int y = 0; y < layer.outputHeight(); y++) {
      int from = example * layer.outputSize() + y * line;
      System.arraycopy(delta, y * line, row, 0, line);
      if (layer.rectified()) {
        System.arraycopy(outputs, from, best, 0, line);
        kernels.reluGradient(row, best, line);
      }
      kernels.add(row, lineSums, line);
      if (layer.pool() == 1) {
        kernels.put(row, 0, product, productAt(y, 0), line);
        continue;
      }
      System.arraycopy(which, from, places, 0, line);
      for (int k = 0; k < layer.pool() * layer.pool(); k++) {
        kernels.select(row, places, k, best, line);
        kernels.put(best, 0, product, productAt(y, k), line);
      }
    }
    for (int at = 0; at < line; at += filters) {
      System.arraycopy(lineSums, at, sum, 0, filters);
      kernels.add(sum, biasSums, filters);
    }
  }

  /**
   * After {@link #backward}: the same example's gradient with respect to its input.
   *
   * @param to written from index 0 on
   */
  void inputGradient(A to) {
    int filters = layer.filters();
    int width = index.width();
    int first = layer.positions() * width;
    // The first product overwrites its part; the shifted ones reach beyond it.
    kernels.put(zeros, 0, allPatches, first, index.size() - first);
    for (int k = 0; k < patches.length; k++) {
      kernels.gemm(
          false,
          false,
          layer.positions(),
          width,
          filters,
          product,
          filters,
          weights[k],
          layer.window(),
          k == 0 ? 0 : 1,
          patches[k],
          width);
    }
    kernels.get(allPatches, 0, runs, 0, index.size());
    kernels.fill(paddedGradient, layer.paddedSize(), 0);
    kernels.scatterAdd(runs, index.starts(), index.run(), paddedGradient);
    A whole = layer.enlarge() == 1 ? to : image;
    int line = layer.width() * layer.channels();
    for (int y = 0; y < layer.height(); y++) {
      System.arraycopy(paddedGradient, paddedAt(y), whole, y * line, line);
    }
    if (layer.enlarge() > 1) {
      kernels.fill(to, layer.inputSize(), 0);
      kernels.scatterAdd(image, index.pixels(), layer.channels(), to);
    }
  }

  /** To be called before the first example of a sum of powers. */
  void startPowers() {
    if (weightPowers == null || biasPowers == null) {
      weightPowers = kernels.array(layer.weightLength());
      biasPowers = kernels.array(layer.filters());
    }
    kernels.fill(weightPowers, layer.weightLength(), 0);
    kernels.fill(biasPowers, layer.filters(), 0);
  }

  /** Adds the power of the gradients since {@link #startGradients}, a single example's. */
  void addPowers(Power power) {
    if (weightPowers == null || biasPowers == null) {
      throw new IllegalStateException("The sum of powers was not started");
    }
    kernels.get(allGradients, 0, weightGradient, 0, layer.weightLength());
    switch (power) {
      case SQUARE -> {
        kernels.addSquare(1, weightGradient, weightPowers, layer.weightLength());
        kernels.addSquare(1, biasSums, biasPowers, layer.filters());
      }
      case ABSOLUTE -> {
        kernels.addAbsolute(weightGradient, weightPowers, layer.weightLength());
        kernels.addAbsolute(biasSums, biasPowers, layer.filters());
      }
    }
  }

  /**
   * Adds the parameters' gradients, or the sums of their powers, to those of other examples.
   *
   * @param weightTotal as {@link Patches#toPacked} orders the weights
   */
  void addTo(boolean powers, A weightTotal, A biasTotal) {
    if (powers && weightPowers != null && biasPowers != null) {
      kernels.add(weightPowers, weightTotal, layer.weightLength());
      kernels.add(biasPowers, biasTotal, layer.filters());
    } else {
      kernels.get(allGradients, 0, weightGradient, 0, layer.weightLength());
      kernels.add(weightGradient, weightTotal, layer.weightLength());
      kernels.add(biasSums, biasTotal, layer.filters());
    }
  }

  @Override
  public void close() {
    owned.forEach(INDArray::close);
  }
}
