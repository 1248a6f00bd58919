package io.perennial.models;

import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Tries the native libraries. */
public final class Probe {
  private Probe() {}

  /** The sum of a product of two matrices of ones. */
  public static double product(int n) {
    try (INDArray a = Nd4j.ones(n, n);
        INDArray b = Nd4j.ones(n, n);
        INDArray c = Nd4j.create(new long[] {n, n}, 'f')) {
      Nd4j.gemm(a, b, c, false, false, 1, 0);
      return c.sumNumber().doubleValue();
    }
  }

  /** The dot product, by cblas. */
  public static double dot(double[] x, double[] y) {
    return openblas.cblas_ddot(x.length, x, 1, y, 1);
  }
}
