package io.perennial.models;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The adapter of a layer for some rows of a batch, {@code relu(V α h + c)} of the activations of
 * all columns before; between convolutions V is a 1x1 convolution, that is, the same at each
 * position. The activations of each column stand for themselves, and their products are added up:
 * no product of a column then depends on how many columns there are, which would show in the last
 * bits.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Adapter<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final ColumnLayer layer;
  private final Memory[] maps;
  private final Memory[] projections;
  private final Memory bias;
  private final Memory outputs;
  private final int positions;
  private final int places;
  private final Scratch<A> scratch;
  private @Nullable A biasSums;
  private @Nullable Memory deltas;
  private @Nullable INDArray ownedDeltas;
  private @Nullable INDArray ownedGradient;
  private @Nullable Memory gradient;
  private Memory[] gradients = {};

  /** Where adapters work, one after the other. */
  static final class Scratch<A> {
    final A block;
    final A other;
    final A columns;
    final A row;

    /**
     * @param widest a of all of them
     * @param largest outputs for one row of all of them
     */
    Scratch(Kernels<A> kernels, int widest, int largest) {
      int longest = Math.max(Kernels.BLOCK, widest);
      this.block = kernels.array(longest);
      this.other = kernels.array(longest);
      this.columns = kernels.array(longest);
      this.row = kernels.array(largest);
    }
  }

  /**
   * @param maps of each column before, {@code [rows, positions, channels or units]}
   * @param folded {@code [a, anterior]}, as {@link Column#folded}
   * @param bias {@code [a]}
   * @param outputs {@code [rows, positions, a]}, written
   * @param positions of a row; 1 before a dense layer
   */
  Adapter(
      Kernels<A> kernels,
      ColumnLayer layer,
      Memory[] maps,
      Memory folded,
      Memory bias,
      Memory outputs,
      int rows,
      int positions,
      Scratch<A> scratch) {
    this.kernels = kernels;
    this.layer = layer;
    this.maps = maps;
    this.projections = byColumn(folded);
    this.bias = bias;
    this.outputs = outputs;
    this.positions = positions;
    this.places = rows * positions;
    this.scratch = scratch;
  }

  /** A matrix {@code [a, anterior]} from each column's part on; the rows keep their distance. */
  private Memory[] byColumn(Memory matrix) {
    Memory[] parts = new Memory[layer.previous()];
    for (int j = 0; j < parts.length; j++) {
      int at = j * layer.each();
      parts[j] = matrix.slice(at, layer.width() * layer.anterior() - at);
    }
    return parts;
  }

  /** The outputs for one row. */
  int size() {
    return positions * layer.width();
  }

  /** Computes all rows' outputs. */
  void forward() {
    int a = layer.width();
    int channels = layer.each();
    for (int j = 0; j < maps.length; j++) {
      kernels.gemm(
          false,
          true,
          places,
          a,
          channels,
          maps[j],
          channels,
          projections[j],
          layer.anterior(),
          j == 0 ? 0 : 1,
          outputs,
          a);
    }
    int step = wholePlaces();
    for (int at = 0; at < step; at += a) {
      kernels.get(bias, 0, scratch.other, at, a);
    }
    for (int at = 0; at < places * a; at += step) {
      int n = Math.min(step, places * a - at);
      kernels.get(outputs, at, scratch.block, 0, n);
      kernels.addRelu(scratch.block, scratch.other, n);
      kernels.put(scratch.block, 0, outputs, at, n);
    }
  }

  /** The elements of as many positions as fit a block. */
  private int wholePlaces() {
    return layer.width() * Math.max(1, Kernels.BLOCK / layer.width());
  }

  /** All rows' outputs. */
  Memory outputs() {
    return outputs;
  }

  /** A row's outputs, {@code [positions, a]}; valid until the next call. */
  A row(int number) {
    kernels.get(outputs, number * size(), scratch.row, 0, size());
    return scratch.row;
  }

  /** Takes over the gradient with respect to a row's outputs. */
  void putGradient(int number, A outputGradient) {
    kernels.put(outputGradient, 0, deltas(), number * size(), size());
  }

  /**
   * The gradient with respect to the outputs, {@code [rows, positions, a]}, for the caller to fill.
   */
  Memory deltas() {
    Memory made = deltas;
    if (made == null) {
      ownedDeltas = Vectors.create(kernels.type(), (long) places * layer.width());
      made = Memory.of(ownedDeltas);
      deltas = made;
    }
    return made;
  }

  /** Sums the gradients of the folded projection and the bias over all rows. */
  void backward() {
    Memory delta = deltas();
    int a = layer.width();
    int step = wholePlaces();
    A block = scratch.block;
    A columns = scratch.columns;
    kernels.fill(columns, step, 0);
    for (int at = 0; at < places * a; at += step) {
      int n = Math.min(step, places * a - at);
      kernels.get(delta, at, block, 0, n);
      kernels.get(outputs, at, scratch.other, 0, n);
      kernels.reluGradient(block, scratch.other, n);
      kernels.put(block, 0, delta, at, n);
      kernels.add(block, columns, n);
    }
    A sums = biasSums;
    if (sums == null) {
      sums = kernels.array(a);
      biasSums = sums;
    }
    kernels.fill(sums, a, 0);
    for (int at = 0; at < step; at += a) {
      System.arraycopy(columns, at, block, 0, a);
      kernels.add(block, sums, a);
    }
    if (gradient == null) {
      ownedGradient = Vectors.create(kernels.type(), (long) a * layer.anterior());
      gradient = Memory.of(ownedGradient);
      gradients = byColumn(gradient);
    }
    int channels = layer.each();
    for (int j = 0; j < maps.length; j++) {
      kernels.gemm(
          true,
          false,
          a,
          channels,
          places,
          delta,
          a,
          maps[j],
          channels,
          0,
          gradients[j],
          layer.anterior());
    }
  }

  /**
   * Adds the gradients to those of other rows.
   *
   * @param room as long as {@code total}
   * @param total of the folded projection
   */
  void addTo(A room, A total, A biasTotal) {
    A sums = biasSums;
    if (gradient == null || sums == null) {
      throw new IllegalStateException("The adapter has no gradients");
    }
    int length = layer.width() * layer.anterior();
    kernels.get(gradient, 0, room, 0, length);
    kernels.add(room, total, length);
    kernels.add(sums, biasTotal, layer.width());
  }

  @Override
  public void close() {
    if (ownedDeltas != null) {
      ownedDeltas.close();
    }
    if (ownedGradient != null) {
      ownedGradient.close();
    }
  }
}
