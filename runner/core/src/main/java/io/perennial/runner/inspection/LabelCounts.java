package io.perennial.runner.inspection;

import io.perennial.api.Examples;
import java.util.Arrays;

/**
 * How many examples each class has.
 *
 * @param classes ascending
 * @param counts as long as {@code classes}
 * @param outside examples whose label is none of the classes
 * @param firstOutside the index of the first of these; -1 if there is none
 */
record LabelCounts(int[] classes, int[] counts, int outside, int firstOutside) {
  static LabelCounts of(int[] classes, Examples examples) {
    int[] counts = new int[classes.length];
    int outside = 0;
    int first = -1;
    for (int i = 0; i < examples.size(); i++) {
      int place = Arrays.binarySearch(classes, examples.label(i));
      if (place >= 0) {
        counts[place]++;
      } else {
        first = outside == 0 ? i : first;
        outside++;
      }
    }
    return new LabelCounts(classes, counts, outside, first);
  }
}
