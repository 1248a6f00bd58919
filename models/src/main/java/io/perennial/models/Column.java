package io.perennial.models;

import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The parameters of one column. The scalars of its adapters are multiplied into their projections
 * ({@link #fold}), so that a pass needs one product for all columns before.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Column<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final ColumnShape shape;
  private final INDArray parameters;
  private final Memory memory;
  private final List<INDArray> owned = new ArrayList<>();
  private final Memory[] weights;
  private final Memory[] biases;
  private final @Nullable Memory[] folded;
  private final @Nullable Memory[] adapterBiases;
  private final @Nullable Memory[] adapterWeights;

  Column(Kernels<A> kernels, ColumnShape shape) {
    this.kernels = kernels;
    this.shape = shape;
    this.parameters = Vectors.create(kernels.type(), shape.size());
    this.memory = Memory.of(parameters);
    int count = shape.dense().count();
    this.weights = new Memory[count];
    this.biases = new Memory[count];
    this.folded = new @Nullable Memory[count];
    this.adapterBiases = new @Nullable Memory[count];
    this.adapterWeights = new @Nullable Memory[count];
    for (int l = 0; l < count; l++) {
      int out = shape.dense().outputs(l);
      weights[l] = memory.slice(shape.weights(l), shape.dense().weightLength(l));
      biases[l] = memory.slice(shape.bias(l), out);
      if (shape.hasAdapter(l)) {
        int a = shape.adapters()[l];
        INDArray product = Vectors.create(kernels.type(), a, shape.anterior(l));
        owned.add(product);
        folded[l] = Memory.of(product);
        adapterBiases[l] = memory.slice(shape.adapterBias(l), a);
        adapterWeights[l] = memory.slice(shape.adapterWeights(l), a * out);
      }
    }
  }

  ColumnShape shape() {
    return shape;
  }

  INDArray parameters() {
    return parameters;
  }

  Memory memory() {
    return memory;
  }

  Memory weights(int layer) {
    return weights[layer];
  }

  Memory bias(int layer) {
    return biases[layer];
  }

  /** {@code [a, anterior]}: the projection with the scalars multiplied into it; null without. */
  @Nullable Memory folded(int layer) {
    return folded[layer];
  }

  @Nullable Memory adapterBias(int layer) {
    return adapterBiases[layer];
  }

  @Nullable Memory adapterWeights(int layer) {
    return adapterWeights[layer];
  }

  /** Scratch for work on adapters, each array as wide as the widest row of a projection. */
  static final class Scratch<A> {
    final A row;
    final A product;
    final A scales;
    final A sums;
    final double[] values;

    Scratch(Kernels<A> kernels, ColumnShape shape) {
      int widest = 1;
      for (int l = 0; l < shape.dense().count(); l++) {
        widest = Math.max(widest, shape.anterior(l));
      }
      row = kernels.array(widest);
      product = kernels.array(widest);
      scales = kernels.array(widest);
      sums = kernels.array(widest);
      values = new double[widest];
    }
  }

  /** Multiplies a layer's scalars into some rows of its projection. */
  void fold(int layer, int fromRow, int rows, Scratch<A> scratch) {
    Memory to = folded[layer];
    if (to == null) {
      return;
    }
    readScales(layer, scratch);
    int width = shape.anterior(layer);
    for (int r = fromRow; r < fromRow + rows; r++) {
      kernels.get(memory, shape.projection(layer) + r * width, scratch.row, 0, width);
      kernels.fill(scratch.product, width, 0);
      kernels.addProduct(1, scratch.row, scratch.scales, scratch.product, width);
      kernels.put(scratch.product, 0, to, r * width, width);
    }
  }

  /** All rows of all layers, once the parameters do not change any more. */
  void fold() {
    Scratch<A> scratch = new Scratch<>(kernels, shape);
    for (int l = 0; l < shape.dense().count(); l++) {
      fold(l, 0, shape.adapters()[l], scratch);
    }
  }

  /** Fills {@link Scratch#scales} with the scalar of each element of a row of the projection. */
  void readScales(int layer, Scratch<A> scratch) {
    int each = shape.dense().inputs(layer);
    int previous = shape.previous();
    kernels.get(memory, shape.scales(layer), scratch.row, 0, previous);
    kernels.toDouble(scratch.row, 0, scratch.values, 0, previous);
    for (int j = previous - 1; j >= 0; j--) { // From the end, so that none is overwritten unread.
      Arrays.fill(scratch.values, j * each, (j + 1) * each, scratch.values[j]);
    }
    kernels.fromDouble(scratch.values, 0, scratch.scales, 0, previous * each);
  }

  /**
   * First values: weights as in {@link Mlp}, projections with He's bound and their output with
   * Glorot's, scalars small and random, uniform in [0.05, 0.15).
   */
  void draw(Activation activation, int firstOutput, RandomSource random, double[] values) {
    DenseLayers dense = shape.dense();
    int top = dense.count() - 1;
    for (int l = firstOutput > 0 ? top : 0; l <= top; l++) {
      int in = dense.inputs(l);
      int out = dense.outputs(l);
      int first = l == top ? firstOutput : 0;
      Activation follows = l == top ? Activation.TANH : activation;
      uniform(values, shape.weights(l), first * in, out * in, follows.bound(in, out), random);
      if (shape.hasAdapter(l)) {
        int a = shape.adapters()[l];
        int anterior = shape.anterior(l);
        if (first == 0) {
          for (int j = 0; j < shape.previous(); j++) {
            values[shape.scales(l) + j] = 0.05 + 0.1 * random.nextDouble();
          }
          double bound = Activation.RELU.bound(anterior, a);
          uniform(values, shape.projection(l), 0, a * anterior, bound, random);
        }
        double bound = Activation.TANH.bound(a, out);
        uniform(values, shape.adapterWeights(l), first * a, out * a, bound, random);
      }
    }
  }

  private static void uniform(
      double[] values, int start, int from, int to, double bound, RandomSource random) {
    for (int i = start + from; i < start + to; i++) {
      values[i] = bound * (2 * random.nextDouble() - 1);
    }
  }

  @Override
  public void close() {
    owned.forEach(INDArray::close);
    parameters.close();
  }
}
