package io.perennial.models;

/**
 * The logistic function and its cross-entropy over {@code float[]}, in loops that the JIT
 * vectorises: exponentials it does not, so that there are none.
 */
final class FloatLogistic {
  /** From here on a hyperbolic tangent rounds to 1. */
  private static final float TANH_IS_ONE = 7.905311f;

  /** So many factors of at least one half do not underflow a double. */
  private static final int PRODUCT = 512;

  private FloatLogistic() {}

  /** As {@link Kernels#sigmoid}. */
  static void sigmoid(float[] x, int at, int n) {
    for (int j = at; j < at + n; j++) {
      x[j] = 0.5f + 0.5f * tanhOfHalf(x[j]);
    }
  }

  private static float tanhOfHalf(float x) {
    return tanh(Math.min(Math.max(0.5f * x, -TANH_IS_ONE), TANH_IS_ONE));
  }

  /**
   * To about 1e-7, for h up to {@link #TANH_IS_ONE}: a rational function, because the JIT
   * vectorises it and exponentials not. The coefficients are those of Eigen's {@code ptanh}.
   */
  private static float tanh(float h) {
    float s = h * h;
    float p = -2.7607684e-16f;
    p = p * s + 2.000188e-13f;
    p = p * s - 8.604672e-11f;
    p = p * s + 5.1222973e-8f;
    p = p * s + 1.48572235e-5f;
    p = p * s + 6.3726195e-4f;
    p = p * s + 4.8935246e-3f;
    float q = 1.1982584e-6f;
    q = q * s + 1.1853471e-4f;
    q = q * s + 2.2684347e-3f;
    q = q * s + 4.893525e-3f;
    return h * p / q;
  }

  /** As {@link Kernels#bernoulli(Object, Object, Object, int, int, double)}. */
  static double crossEntropy(float[] x, float[] t, float[] scratch, int at, int n, double weight) {
    for (int j = at; j < at + n; j++) {
      float logit = x[j];
      scratch[j] = 0.5f * tanhOfHalf(logit);
      x[j] = Math.max(logit, 0) - t[j] * logit;
    }
    double linear = sum(x, at, n); // x is used up here.
    float w = (float) weight;
    for (int j = at; j < at + n; j++) {
      x[j] = w * (0.5f + scratch[j] - t[j]);
    }
    for (int j = at; j < at + n; j++) {
      scratch[j] = 0.5f + Math.abs(scratch[j]);
    }
    return withLogarithms(linear, scratch, at, n);
  }

  /** As {@link Kernels#bernoulli(Object, Object, Object, int, int)}. */
  static double crossEntropy(float[] x, float[] t, float[] scratch, int at, int n) {
    // A loop for each, which takes less than one for all.
    for (int j = at; j < at + n; j++) {
      scratch[j] = Math.min(Math.abs(0.5f * x[j]), TANH_IS_ONE);
    }
    for (int j = at; j < at + n; j++) {
      scratch[j] = 0.5f + 0.5f * tanh(scratch[j]);
    }
    for (int j = at; j < at + n; j++) {
      x[j] = Math.max(x[j], 0) - t[j] * x[j];
    }
    return withLogarithms(sum(x, at, n), scratch, at, n);
  }

  /**
   * {@code Σ log(1 + e^x) - t x = Σ max(x, 0) - t x - log sigmoid(|x|)}.
   *
   * @param linear the sum without the logarithms
   * @param sigmoids of |x|
   */
  private static double withLogarithms(double linear, float[] sigmoids, int at, int n) {
    double loss = linear;
    for (int from = at; from < at + n; from += PRODUCT) {
      loss -= Math.log(product(sigmoids, from, Math.min(PRODUCT, at + n - from))); // For many, one.
    }
    return loss;
  }

  /** Four sums at a time, because each waits for its last term; likewise four products. */
  private static double sum(float[] x, int from, int n) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int j = from;
    for (; j < from + n - 3; j += 4) {
      a += x[j];
      b += x[j + 1];
      c += x[j + 2];
      d += x[j + 3];
    }
    for (; j < from + n; j++) {
      a += x[j];
    }
    return a + b + c + d;
  }

  private static double product(float[] x, int from, int n) {
    double a = 1;
    double b = 1;
    double c = 1;
    double d = 1;
    int j = from;
    for (; j < from + n - 3; j += 4) {
      a *= x[j];
      b *= x[j + 1];
      c *= x[j + 2];
      d *= x[j + 3];
    }
    for (; j < from + n; j++) {
      a *= x[j];
    }
    return a * b * c * d;
  }
}
