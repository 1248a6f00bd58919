package io.perennial.runner.data;

/**
 * How much the positions of an old axis overlap with those of a new one over the same length.
 *
 * @param begins for each new position the first old one under it
 * @param shares for each new position the shares of the old ones from there on; they sum up to 1
 */
record Overlaps(int[] begins, double[][] shares) {
  static Overlaps of(int length, int newLength) {
    int[] begins = new int[newLength];
    double[][] shares = new double[newLength][];
    double step = (double) length / newLength;
    for (int to = 0; to < newLength; to++) {
      int begin = (int) (to * step);
      int end = Math.min(length, (int) Math.ceil((to + 1) * step));
      double[] own = new double[end - begin];
      for (int from = begin; from < end; from++) {
        double overlap = Math.min((to + 1) * step, from + 1) - Math.max(to * step, from);
        own[from - begin] = Math.max(0, overlap / step);
      }
      begins[to] = begin;
      shares[to] = own;
    }
    return new Overlaps(begins, shares);
  }

  /** How long the new axis is. */
  int length() {
    return begins.length;
  }

  /** The mean of what lies under a new position. */
  double mean(int to, float[] values, int offset) {
    double sum = 0;
    double[] own = shares[to];
    int from = offset + begins[to];
    for (int i = 0; i < own.length; i++) {
      sum += own[i] * values[from + i];
    }
    return sum;
  }
}
