package io.perennial.models;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The adapter of a convolutional layer for some rows of a batch: a 1x1 convolution of the maps of
 * all columns before and a ReLU, that is, one dense layer at each position. The maps of each column
 * stand for themselves, and their products are added up.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class MapAdapter<A> implements AutoCloseable {
  private final Kernels<A> kernels;
  private final ColumnLayer layer;
  private final Memory[] maps;
  private final Memory[] projections;
  private final Memory bias;
  private final Memory outputs;
  private final int positions;
  private final int places;
  private final A row;
  private final A block;
  private final A other;
  private final A columns;
  private final A biasSums;
  private @Nullable Memory deltas;
  private @Nullable INDArray ownedDeltas;
  private @Nullable INDArray ownedGradient;
  private @Nullable Memory gradient;
  private Memory[] gradients = {};

  /**
   * @param maps of each column before, {@code [rows, positions, channels]}
   * @param folded {@code [a, anterior]}, as {@link Column#folded}
   * @param bias {@code [a]}
   * @param outputs {@code [rows, positions, a]}, written
   * @param positions of a row
   */
  MapAdapter(
      Kernels<A> kernels,
      ColumnLayer layer,
      Memory[] maps,
      Memory folded,
      Memory bias,
      Memory outputs,
      int rows,
      int positions) {
    this.kernels = kernels;
    this.layer = layer;
    this.maps = maps;
    this.projections = byColumn(folded);
    this.bias = bias;
    this.outputs = outputs;
    this.positions = positions;
    this.places = rows * positions;
    this.row = kernels.array(size());
    int longest = Math.max(Kernels.BLOCK, layer.width());
    this.block = kernels.array(longest);
    this.other = kernels.array(longest);
    this.columns = kernels.array(longest);
    this.biasSums = kernels.array(layer.width());
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
      kernels.get(bias, 0, other, at, a);
    }
    for (int at = 0; at < places * a; at += step) {
      int n = Math.min(step, places * a - at);
      kernels.get(outputs, at, block, 0, n);
      kernels.addRelu(block, other, n);
      kernels.put(block, 0, outputs, at, n);
    }
  }

  /** The elements of as many positions as fit a block. */
  private int wholePlaces() {
    return layer.width() * Math.max(1, Kernels.BLOCK / layer.width());
  }

  /** A row's outputs, {@code [positions, a]}; valid until the next call. */
  A row(int number) {
    kernels.get(outputs, number * size(), row, 0, size());
    return row;
  }

  /** Takes over the gradient with respect to a row's outputs. */
  void putGradient(int number, A outputGradient) {
    kernels.put(outputGradient, 0, deltas(), number * size(), size());
  }

  private Memory deltas() {
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
    kernels.fill(columns, step, 0);
    for (int at = 0; at < places * a; at += step) {
      int n = Math.min(step, places * a - at);
      kernels.get(delta, at, block, 0, n);
      kernels.get(outputs, at, other, 0, n);
      kernels.reluGradient(block, other, n);
      kernels.put(block, 0, delta, at, n);
      kernels.add(block, columns, n);
    }
    kernels.fill(biasSums, a, 0);
    for (int at = 0; at < step; at += a) {
      System.arraycopy(columns, at, block, 0, a);
      kernels.add(block, biasSums, a);
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
   * @param scratch as long as {@code total}
   * @param total of the folded projection
   */
  void addTo(A scratch, A total, A biasTotal) {
    int length = layer.width() * layer.anterior();
    if (gradient != null) {
      kernels.get(gradient, 0, scratch, 0, length);
      kernels.add(scratch, total, length);
      kernels.add(biasSums, biasTotal, layer.width());
    }
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
