package io.perennial.models;

import io.perennial.api.RandomSource;

/** Standard normal noise in bulk. */
final class Noise {
  private Noise() {}

  /**
   * Fills {@code to[from, end)}. As {@link RandomSource#nextGaussian}, Marsaglia's polar method,
   * but both values of a pair are used.
   */
  static void fill(RandomSource random, double[] to, int from, int end) {
    for (int i = from; i < end; i += 2) {
      double u;
      double v;
      double s;
      do {
        u = 2 * random.nextDouble() - 1;
        v = 2 * random.nextDouble() - 1;
        s = u * u + v * v;
      } while (s >= 1 || s == 0);
      double scale = StrictMath.sqrt(-2 * StrictMath.log(s) / s);
      to[i] = u * scale;
      if (i + 1 < end) {
        to[i + 1] = v * scale;
      }
    }
  }
}
