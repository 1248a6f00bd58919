package io.perennial.runner.training;

import io.perennial.models.Vectors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Arrays {@code [N, C]} by batch size, made anew when the number of classes changes. */
final class ScoreArrays {
  private final SizedBuffers<INDArray> byRows;
  private int classes;

  ScoreArrays(DataType dataType) {
    byRows = new SizedBuffers<>(rows -> Vectors.create(dataType, rows, classes));
  }

  INDArray of(int rows, int columns) {
    if (columns != classes) {
      byRows.close();
      classes = columns;
    }
    return byRows.of(rows);
  }

  void close() {
    byRows.close();
  }
}
