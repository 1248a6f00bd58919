package io.perennial.runner.bench;

import java.util.List;

/**
 * What belongs together, under a heading.
 *
 * @param title the heading
 * @param measurements in the order to show them
 */
public record Section(String title, List<Measurement> measurements) {
  /** Keeps an unmodifiable copy of the list. */
  public Section {
    measurements = List.copyOf(measurements);
  }
}
