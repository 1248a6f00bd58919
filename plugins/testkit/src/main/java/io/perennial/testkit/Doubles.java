package io.perennial.testkit;

import io.perennial.api.RandomSource;
import io.perennial.models.Vectors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Between ND4J's arrays and Java's. */
final class Doubles {
  private Doubles() {}

  static double[] of(INDArray array) {
    double[] values = new double[Math.toIntExact(array.length())];
    Vectors.read(array, values);
    return values;
  }

  static INDArray array(double[] values, long... shape) {
    INDArray array = Vectors.create(DataType.DOUBLE, shape);
    Vectors.write(values, array);
    return array;
  }

  /** Somewhere near, so that no difference is 0. */
  static double[] near(INDArray array, RandomSource random) {
    double[] values = of(array);
    for (int i = 0; i < values.length; i++) {
      values[i] += 0.2 * random.nextGaussian();
    }
    return values;
  }

  static double[] minus(double[] a, double[] b) {
    double[] difference = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      difference[i] = a[i] - b[i];
    }
    return difference;
  }

  static double largest(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
