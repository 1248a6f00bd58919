package io.perennial.api;

/** Extension point: one number computed from what was measured in a run. */
public interface Metric {
  /** Its key in the results, in camelCase, such as {@code averageAccuracy}. */
  String name();

  /** Its formula in terms of R and T, printed beside the number: frameworks disagree on them. */
  String formula();

  /** The value, of a run that may still be going on. */
  Value compute(Measurements measured);

  /**
   * A number or the reason why there is none.
   *
   * @param number NaN if there is none
   * @param reason empty if there is a number
   */
  record Value(double number, String reason) {
    /** A number. */
    public static Value of(double number) {
      return new Value(number, "");
    }

    /** No number. */
    public static Value missing(String reason) {
      return new Value(Double.NaN, reason);
    }

    /** Whether there is a number. */
    public boolean present() {
      return !Double.isNaN(number);
    }
  }
}
