package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.Examples;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Questions about the labels of examples. */
final class Labels {
  private Labels() {}

  /** The classes with at least one training example, ascending. */
  static int[] occurring(DataSet data) {
    boolean[] seen = new boolean[data.classes().size()];
    Examples training = data.training();
    for (int i = 0; i < training.size(); i++) {
      seen[training.label(i)] = true;
    }
    return IntStream.range(0, seen.length).filter(c -> seen[c]).toArray();
  }

  /** The indices of the examples of some classes, ascending. */
  static int[] select(Examples examples, int[] classes) {
    return IntStream.range(0, examples.size())
        .filter(i -> Arrays.binarySearch(classes, examples.label(i)) >= 0)
        .toArray();
  }

  /** For each class its position in an ascending list, -1 for those that are not in it. */
  static int[] positions(int[] classes) {
    int[] positions = new int[classes[classes.length - 1] + 1];
    Arrays.fill(positions, -1);
    for (int i = 0; i < classes.length; i++) {
      positions[classes[i]] = i;
    }
    return positions;
  }
}
