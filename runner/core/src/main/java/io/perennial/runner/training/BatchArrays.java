package io.perennial.runner.training;

import io.perennial.api.Batch;
import io.perennial.models.Vectors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The arrays of one batch of a certain size, to be filled again and again. */
final class BatchArrays implements AutoCloseable {
  final INDArray features;
  final int[] labels;
  final int[] tasks;
  final int[] origins;
  final double[] weights;
  final boolean[][] competing;
  final Batch batch;
  private @Nullable INDArray targets;

  /**
   * @param shape of an example
   * @param rows at least 1
   */
  BatchArrays(DataType type, long[] shape, int rows) {
    long[] full = new long[shape.length + 1];
    full[0] = rows;
    System.arraycopy(shape, 0, full, 1, shape.length);
    this.features = Nd4j.create(type, full, 'c');
    this.labels = new int[rows];
    this.tasks = new int[rows];
    this.origins = new int[rows];
    this.weights = new double[rows];
    this.competing = new boolean[rows][];
    this.batch = new Batch(features, labels, tasks, origins, weights, competing);
  }

  int rows() {
    return labels.length;
  }

  /** Takes over the first rows, as far as {@link RowReader} reads them: features and labels. */
  void take(BatchArrays from, int count) {
    int width = Math.toIntExact(features.length() / rows());
    Vectors.copy(from.features, count * width, features, 0);
    System.arraycopy(from.labels, 0, labels, 0, count);
  }

  /** The soft targets {@code [N, C]}, written. */
  INDArray targets(double[] values, int classes) {
    INDArray written = targets;
    if (written == null || written.columns() != classes) {
      closeTargets();
      written = Nd4j.create(features.dataType(), new long[] {rows(), classes}, 'c');
      targets = written;
    }
    Vectors.write(values, rows() * classes, written);
    return written;
  }

  private void closeTargets() {
    if (targets != null) {
      targets.close();
    }
  }

  @Override
  public void close() {
    features.close();
    closeTargets();
  }
}
