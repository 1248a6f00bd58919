package io.perennial.models;

import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The parameters of one column, layer by layer, and what passes need made of them: projections with
 * the adapters' scalars folded in ({@link Folding}), filters in the order of the products.
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
  private final List<Packed> packed = new ArrayList<>();
  private final @Nullable Packed[] lateral;

  /**
   * Filters in the order of the products.
   *
   * @param index of the layer
   * @param weights written by {@link #pack}
   */
  record Packed(Patches index, Memory weights) {}

  Column(Kernels<A> kernels, ColumnShape shape) {
    this.kernels = kernels;
    this.shape = shape;
    this.parameters = Vectors.create(kernels.type(), shape.size());
    this.memory = Memory.of(parameters);
    int count = shape.layers().size();
    this.weights = new Memory[count];
    this.biases = new Memory[count];
    this.folded = new @Nullable Memory[count];
    this.adapterBiases = new @Nullable Memory[count];
    this.adapterWeights = new @Nullable Memory[count];
    for (int i = 0; i < count; i++) {
      ColumnLayer layer = shape.layers().get(i);
      weights[i] = memory.slice(layer.weights(), layer.bias() - layer.weights());
      biases[i] = memory.slice(layer.bias(), layer.outputs());
      if (layer.hasAdapter()) {
        folded[i] = vector(layer.width() * layer.anterior());
        adapterBiases[i] = memory.slice(layer.adapterBias(), layer.width());
        adapterWeights[i] = memory.slice(layer.adapterWeights(), layer.adapterWeightLength());
      }
    }
    this.lateral = new @Nullable Packed[shape.convolutions()];
    for (int l = 0; l < shape.convolutions(); l++) {
      packed.add(packed(shape.convolution(l)));
      lateral[l] = shape.layers().get(l).hasAdapter() ? packed(shape.lateral(l)) : null;
    }
  }

  private Packed packed(ConvolutionLayer layer) {
    return new Packed(new Patches(layer), vector(layer.weightLength()));
  }

  private Memory vector(int length) {
    INDArray made = Vectors.create(kernels.type(), length);
    owned.add(made);
    return Memory.of(made);
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

  /** The filters of a convolution. */
  Packed packed(int layer) {
    return packed.get(layer);
  }

  /** The filters U of a convolution's adapter; null without. */
  @Nullable Packed lateral(int layer) {
    return lateral[layer];
  }

  /** Brings the convolutions' filters, whose parameters have moved, into the products' order. */
  void pack(FilterOrder<A> order) {
    for (int l = 0; l < lateral.length; l++) {
      order.pack(packed.get(l).index(), memory, packed.get(l).weights());
      Packed second = lateral[l];
      if (second != null) {
        order.pack(second.index(), memory, second.weights());
      }
    }
  }

  /** Scratch for {@link #pack}. */
  FilterOrder<A> order() {
    int longest = 0;
    int most = 0;
    for (int l = 0; l < lateral.length; l++) {
      Packed second = lateral[l];
      ConvolutionLayer layer = packed.get(l).index().layer();
      int more = second == null ? 0 : second.index().layer().weightLength();
      longest = Math.max(longest, Math.max(layer.weightLength(), more));
      most = Math.max(most, layer.filters());
    }
    return new FilterOrder<>(kernels, longest, most);
  }

  /** Folds and packs all layers, once the parameters do not change any more. */
  void freeze() {
    Folding<A> folding = new Folding<>(kernels, this);
    for (int i = 0; i < shape.layers().size(); i++) {
      folding.fold(i, 0, shape.layers().get(i).width());
    }
    pack(order());
  }

  /**
   * First values: weights as in the network without columns, projections with He's bound and their
   * output with Glorot's, scalars small and random, uniform in [0.05, 0.15).
   */
  void draw(
      Initialization initialization,
      Activation activation,
      int firstOutput,
      RandomSource random,
      double[] values) {
    int top = shape.layers().size() - 1;
    for (int i = firstOutput > 0 ? top : 0; i <= top; i++) {
      ColumnLayer layer = shape.layers().get(i);
      int in = layer.own().inputs();
      int out = layer.outputs();
      int first = i == top ? firstOutput : 0;
      Activation follows = i == top ? Activation.TANH : activation;
      initialization.draw(follows, in, out, first, random, values, layer.weights(), layer.bias());
      if (layer.hasAdapter()) {
        int a = layer.width();
        if (first == 0) {
          for (int j = 0; j < shape.previous(); j++) {
            values[layer.scales() + j] = 0.05 + 0.1 * random.nextDouble();
          }
          double bound = Activation.RELU.bound(layer.anterior(), a);
          uniform(values, layer.projection(), 0, a * layer.anterior(), bound, random);
        }
        int window = a * layer.area();
        double bound = Activation.TANH.bound(window, out);
        uniform(values, layer.adapterWeights(), first * window, out * window, bound, random);
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
