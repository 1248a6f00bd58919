package io.perennial.runner.result;

/**
 * Where a mean lies, by Student's t: in 95 % of repetitions such an interval holds it, if the
 * values are about normally distributed.
 *
 * @param low NaN if there is no interval
 * @param high NaN if there is no interval
 */
public record Interval(double low, double high) {
  /** There is none. */
  public static final Interval NONE = new Interval(Double.NaN, Double.NaN);

  /** Whether there is one. */
  public boolean present() {
    return !Double.isNaN(low);
  }
}
