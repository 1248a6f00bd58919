package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.Examples;
import io.perennial.api.InputException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Data sets that a program handed over by name, for the data source {@code arrays}. */
public final class HandedData {
  private final Map<String, DataSet> sets = new ConcurrentHashMap<>();

  /**
   * Takes a data set, in the place of an earlier one of that name. Its examples are not copied.
   *
   * @throws InputException if its parts do not fit together, with the first example that does not
   */
  public void put(String name, DataSet data) {
    Faults faults = new Faults();
    long width = 1;
    for (long size : data.shape()) {
      width *= size;
    }
    check(name + ", training", data.training(), data.classes().size(), width, faults);
    check(name + ", test", data.test(), data.classes().size(), width, faults);
    faults.refuse();
    sets.put(name, data);
  }

  private static void check(
      String place, Examples examples, int classes, long width, Faults faults) {
    if (examples.size() == 0) {
      faults.add("%s: no examples. At least one is needed.".formatted(place));
    }
    if (examples instanceof ArrayExamples arrays && arrays.width() != width) {
      faults.add(
          "%s: examples of %d values, but the shape has %d. Correct one of them."
              .formatted(place, arrays.width(), width));
    }
    for (int i = 0; i < examples.size(); i++) {
      int label = examples.label(i);
      if (label < 0 || label >= classes) {
        faults.add(
            "%s, example %d: label %d, but there are %d classes, 0 to %d. Correct it, or name more classes."
                .formatted(place, i, label, classes, classes - 1));
      }
    }
  }

  /**
   * The data set of a name.
   *
   * @throws InputException if there is none
   */
  DataSet get(String name) {
    DataSet data = sets.get(name);
    if (data == null) {
      throw new InputException(
          "scenario.dataset.name: no data was handed over as '%s' (there is: %s). Call provide(\"%s\", …) on Perennial first; without a program of your own, use a data set that is read from files."
              .formatted(
                  name,
                  sets.isEmpty()
                      ? "none"
                      : String.join(", ", sets.keySet().stream().sorted().toList()),
                  name));
    }
    return data;
  }
}
