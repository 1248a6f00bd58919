package io.perennial.runner.data;

import io.perennial.api.InputException;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with data: the first few in full, the others counted. */
final class Faults {
  private static final int SHOWN = 20;

  private final List<String> shown = new ArrayList<>();
  private long count;

  void add(String problem) {
    if (count++ < SHOWN) {
      shown.add(problem);
    }
  }

  boolean none() {
    return count == 0;
  }

  /**
   * Does nothing if all is well.
   *
   * @throws InputException with everything that was found
   */
  void refuse() {
    if (none()) {
      return;
    }
    List<String> problems = new ArrayList<>(shown);
    if (count > SHOWN) {
      problems.add("… and %d more like these.".formatted(count - SHOWN));
    }
    throw new InputException(problems);
  }
}
