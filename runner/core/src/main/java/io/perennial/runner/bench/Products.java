package io.perennial.runner.bench;

import io.perennial.api.RandomSource;
import io.perennial.models.Gemm;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;

/** Matrix products in single precision, straight from BLAS, in memory of their own. */
final class Products implements AutoCloseable {
  private final List<FloatPointer> matrices = new ArrayList<>();
  private final List<Runnable> products = new ArrayList<>();
  private long multiplications;

  private Products() {}

  /** Of a network whose products are not BLAS's. */
  static Products none() {
    return new Products();
  }

  /** {@code c[m, n] = a[m, k] b[k, n]}. */
  static Products of(int m, int k, int n) {
    Products one = new Products();
    one.add(false, false, m, n, k, one.matrix(m * k), one.matrix(k * n), one.matrix(m * n));
    return one;
  }

  /** All that a step of a multi-layer perceptron makes: forward, weights' and inputs' gradients. */
  static Products ofStep(int batch, List<Integer> widths) {
    return ofLayers(batch, widths, true);
  }

  /** All that a multi-layer perceptron's way forward makes. */
  static Products forward(int batch, List<Integer> widths) {
    return ofLayers(batch, widths, false);
  }

  private static Products ofLayers(int batch, List<Integer> widths, boolean andBack) {
    Products all = new Products();
    for (int layer = 0; layer + 1 < widths.size(); layer++) {
      int in = widths.get(layer);
      int out = widths.get(layer + 1);
      FloatPointer x = all.matrix(batch * in);
      FloatPointer weights = all.matrix(out * in);
      FloatPointer z = all.matrix(batch * out);
      all.add(false, true, batch, out, in, x, weights, z);
      if (andBack) {
        all.add(true, false, out, in, batch, z, x, all.matrix(out * in));
      }
      if (andBack && layer > 0) {
        all.add(false, false, batch, in, out, z, weights, all.matrix(batch * in));
      }
    }
    return all;
  }

  private FloatPointer matrix(int length) {
    // Small values, because denormal ones and those that overflow are slower.
    RandomSource random = new RandomSource(matrices.size());
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (random.nextDouble() - 0.5) / 16;
    }
    FloatPointer matrix = new FloatPointer(values);
    matrices.add(matrix);
    return matrix;
  }

  private void add(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      FloatPointer a,
      FloatPointer b,
      FloatPointer c) {
    multiplications += (long) m * n * k;
    products.add(
        () ->
            Gemm.multiply(
                transposeA,
                transposeB,
                m,
                n,
                k,
                a,
                transposeA ? m : k,
                b,
                transposeB ? k : n,
                0,
                c,
                n));
  }

  void run() {
    for (Runnable product : products) {
      product.run();
    }
  }

  boolean isEmpty() {
    return products.isEmpty();
  }

  /** Billions of additions and multiplications, each counted as one. */
  double gigaflop() {
    return 2e-9 * multiplications;
  }

  @Override
  public void close() {
    matrices.forEach(FloatPointer::close);
  }
}
