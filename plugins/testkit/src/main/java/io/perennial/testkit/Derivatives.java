package io.perennial.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.function.ToDoubleFunction;

/** A gradient against central differences, in double. */
final class Derivatives {
  private static final double STEP = 1e-5;

  /** Of the largest derivative. */
  private static final double TOLERANCE = 1e-6;

  /** Rounding of the function's value, divided by the step, with some air. */
  private static final double NOISE = 1e-10;

  private Derivatives() {}

  /**
   * Compares.
   *
   * @param what the gradient is of, for the message
   * @param x where; left as it was
   * @param f the function
   * @param claimed its gradient at x, as long as x
   * @return the largest derivative, by finite differences
   */
  static double check(String what, double[] x, ToDoubleFunction<double[]> f, double[] claimed) {
    double[] numeric = new double[x.length];
    double largest = 0;
    double value = Math.abs(f.applyAsDouble(x));
    for (int i = 0; i < x.length; i++) {
      double middle = x[i];
      double step = STEP * Math.max(1, Math.abs(middle));
      x[i] = middle + step;
      double above = f.applyAsDouble(x);
      x[i] = middle - step;
      double below = f.applyAsDouble(x);
      x[i] = middle;
      numeric[i] = (above - below) / (2 * step);
      largest = Math.max(largest, Math.max(Math.abs(numeric[i]), Math.abs(claimed[i])));
    }
    double allowed = TOLERANCE * largest + NOISE * value;
    int worst = -1;
    double worstError = allowed;
    for (int i = 0; i < x.length; i++) {
      double error = Math.abs(numeric[i] - claimed[i]);
      if (!(error <= worstError)) {
        worst = i;
        worstError = error;
      }
    }
    if (worst >= 0) {
      fail(
          what
              + " is not the derivative of its value: number "
              + worst
              + " of "
              + x.length
              + " is "
              + claimed[worst]
              + ", but finite differences give "
              + numeric[worst]
              + ".");
    }
    return largest;
  }
}
