package io.perennial.models;

import io.perennial.api.Batch;
import io.perennial.api.RandomSource;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Arrays and batches for tests. */
final class Tensors {
  private Tensors() {}

  static INDArray of(DataType type, double[] values, long... shape) {
    INDArray array = Vectors.create(type, shape);
    Vectors.write(values, array);
    return array;
  }

  static INDArray vector(double... values) {
    return of(DataType.DOUBLE, values, values.length);
  }

  static INDArray random(DataType type, RandomSource random, long... shape) {
    int length = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    return of(type, random.doubles(length, -1, 1).toArray(), shape);
  }

  static double[] values(INDArray array) {
    double[] values = new double[(int) array.length()];
    Vectors.read(array, values);
    return values;
  }

  static boolean[] all(int classes) {
    boolean[] mask = new boolean[classes];
    Arrays.fill(mask, true);
    return mask;
  }

  /** Real rows with equal weights, in which all classes compete. */
  static Batch batch(INDArray features, int[] labels, int classes) {
    return batch(features, labels, new int[labels.length], classes);
  }

  /** The same with a task for each row. */
  static Batch batch(INDArray features, int[] labels, int[] tasks, int classes) {
    int rows = labels.length;
    double[] weights = new double[rows];
    Arrays.fill(weights, 1.0 / rows);
    boolean[][] competing = new boolean[rows][];
    Arrays.fill(competing, all(classes));
    return new Batch(features, labels, tasks, new int[rows], weights, competing);
  }
}
