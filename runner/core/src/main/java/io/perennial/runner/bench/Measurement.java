package io.perennial.runner.bench;

import io.perennial.api.InputException;
import java.util.List;

/**
 * One quantity, measured several times.
 *
 * @param name what was measured
 * @param unit of the values; {@link #RATIO} where there is none
 * @param values in the order they were measured; empty if it could not be
 * @param reason why there are no values; empty otherwise
 */
public record Measurement(String name, String unit, List<Double> values, String reason) {
  /** The unit of a quotient. */
  public static final String RATIO = "ratio";

  /** Keeps an unmodifiable copy of the values. */
  public Measurement {
    values = List.copyOf(values);
  }

  static Measurement of(String name, String unit, List<Double> values) {
    return new Measurement(name, unit, values, "");
  }

  static Measurement missing(String name, String unit, InputException reason) {
    return new Measurement(name, unit, List.of(), String.join(" ", reason.problems()));
  }

  /** The median, the mean of the two in the middle if their number is even; NaN without values. */
  public double median() {
    return median(values);
  }

  /** The smallest value; NaN without values. */
  public double least() {
    return values.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
  }

  /** The largest value; NaN without values. */
  public double most() {
    return values.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int n = sorted.size();
    return n == 0 ? Double.NaN : (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
  }
}
