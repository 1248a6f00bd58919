package io.perennial.api;

import java.util.List;

/**
 * How sure the latest measured model was of its test predictions, and how often it was right: the
 * reliability diagram of <a href="https://arxiv.org/abs/1706.04599">arXiv 1706.04599</a>.
 *
 * @param bins of equal width over the probability, from 0 to 1, that the model gave to the class it
 *     predicted, among those that competed; none if nothing was measured or the answers are no
 *     probabilities
 */
public record Calibration(List<Bin> bins) {
  /** Nothing was measured. */
  public static final Calibration NONE = new Calibration(List.of());

  /** Takes a copy. */
  public Calibration {
    bins = List.copyOf(bins);
  }

  /** The number of predictions. */
  public long count() {
    return bins.stream().mapToLong(Bin::count).sum();
  }

  /**
   * The predictions of similar confidence.
   *
   * @param count how many there are
   * @param confidence their mean probability; NaN without any
   * @param accuracy the fraction that was right; NaN without any
   */
  public record Bin(long count, double confidence, double accuracy) {}
}
