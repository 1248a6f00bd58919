package io.perennial.models;

import java.util.Arrays;

/**
 * Multiplies the scalars α of a column's adapters into their projections V, so that a pass needs
 * one product for all columns before, and takes the gradients of the products apart again. Scratch
 * of one thread.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Folding<A> {
  private final Kernels<A> kernels;
  private final Column<A> column;
  private final A row;
  private final A product;
  private final A scales;
  private final A sums;
  private final double[] values;

  Folding(Kernels<A> kernels, Column<A> column) {
    this.kernels = kernels;
    this.column = column;
    int widest = 1;
    for (ColumnLayer layer : column.shape().layers()) {
      widest = Math.max(widest, layer.anterior());
    }
    this.row = kernels.array(widest);
    this.product = kernels.array(widest);
    this.scales = kernels.array(widest);
    this.sums = kernels.array(widest);
    this.values = new double[widest];
  }

  /** Multiplies a layer's scalars into some rows of its projection. */
  void fold(int number, int fromRow, int rows) {
    Memory to = column.folded(number);
    if (to == null) {
      return;
    }
    ColumnLayer layer = column.shape().layers().get(number);
    readScales(layer);
    int width = layer.anterior();
    for (int r = fromRow; r < fromRow + rows; r++) {
      kernels.get(column.memory(), layer.projection() + r * width, row, 0, width);
      kernels.fill(product, width, 0);
      kernels.addProduct(1, row, scales, product, width);
      kernels.put(product, 0, to, r * width, width);
    }
  }

  /** Fills {@link #scales} with the scalar of each element of a row of the projection. */
  private void readScales(ColumnLayer layer) {
    int each = layer.each();
    int previous = layer.previous();
    kernels.get(column.memory(), layer.scales(), row, 0, previous);
    kernels.toDouble(row, 0, values, 0, previous);
    for (int j = previous - 1; j >= 0; j--) { // From the end, so that none is overwritten unread.
      Arrays.fill(values, j * each, (j + 1) * each, values[j]);
    }
    kernels.fromDouble(values, 0, scales, 0, previous * each);
  }

  /**
   * From a layer's gradient of the product αV to those of V, in its place, and of α.
   *
   * @param gradient of the column's parameters
   * @param ofScales overwritten with the gradients of the layer's scalars
   */
  void unfold(int number, Memory gradient, double[] ofScales) {
    ColumnLayer layer = column.shape().layers().get(number);
    int width = layer.anterior();
    readScales(layer);
    kernels.fill(sums, width, 0);
    for (int r = 0; r < layer.width(); r++) {
      int at = layer.projection() + r * width;
      kernels.get(column.memory(), at, row, 0, width);
      kernels.get(gradient, at, product, 0, width);
      kernels.addProduct(1, row, product, sums, width);
      kernels.multiply(product, scales, width);
      kernels.put(product, 0, gradient, at, width);
    }
    kernels.toDouble(sums, 0, values, 0, width);
    for (int j = 0; j < layer.previous(); j++) {
      double sum = 0;
      for (int i = j * layer.each(); i < (j + 1) * layer.each(); i++) {
        sum += values[i];
      }
      ofScales[j] = sum;
    }
  }
}
