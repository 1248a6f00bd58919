package io.perennial.runner.data;

import io.perennial.api.Examples;
import io.perennial.api.InputException;
import java.util.Arrays;
import java.util.Iterator;

/** Examples that a program has in memory. Safe for reading by several threads. */
public final class ArrayExamples implements Examples {
  private final FloatRows rows;
  private final int[] labels;

  private ArrayExamples(FloatRows rows, int[] labels) {
    this.rows = rows;
    this.labels = labels;
  }

  /**
   * One example.
   *
   * @param features in C order
   * @param label at least 0
   */
  public record Example(float[] features, int label) {}

  /**
   * Copies arrays.
   *
   * @param features {@code [N][D]}, in C order
   * @param labels {@code [N]}
   * @throws InputException if the lengths differ, or a value is not finite
   */
  public static ArrayExamples copyOf(float[][] features, int[] labels) {
    if (features.length != labels.length) {
      throw new InputException(
          "%d examples, but %d labels. Each example needs one."
              .formatted(features.length, labels.length));
    }
    return copyOf(
        new Iterator<Example>() {
          private int next;

          @Override
          public boolean hasNext() {
            return next < labels.length;
          }

          @Override
          public Example next() {
            Example example = new Example(features[next], labels[next]);
            next++;
            return example;
          }
        });
  }

  /**
   * Copies everything that an iterator gives; it may use its array again.
   *
   * @throws InputException if it gives none, or the lengths differ, or a value is not finite
   */
  public static ArrayExamples copyOf(Iterator<Example> examples) {
    if (!examples.hasNext()) {
      throw new InputException("No examples. At least one is needed.");
    }
    Faults faults = new Faults();
    Example example = examples.next();
    int width = example.features().length;
    FloatRows.InMemory rows = new FloatRows.InMemory(Math.max(1, width));
    int[] labels = new int[64];
    int size = 0;
    while (true) {
      check(size, example.features(), width, faults);
      if (faults.none()) {
        rows.add(example.features());
      }
      if (size == labels.length) {
        labels = Arrays.copyOf(labels, size + (size >> 1));
      }
      labels[size++] = example.label();
      if (!examples.hasNext()) {
        break;
      }
      example = examples.next();
    }
    faults.refuse();
    return new ArrayExamples(rows.rows(), Arrays.copyOf(labels, size));
  }

  private static void check(int index, float[] features, int width, Faults faults) {
    if (features.length != width || width == 0) {
      faults.add(
          "Example %d: %d values, but the first has %d. All need the same, at least one."
              .formatted(index, features.length, width));
    }
    for (int i = 0; i < features.length; i++) {
      if (!Float.isFinite(features[i])) {
        faults.add(
            "Example %d, value %d: %s is no finite number. Replace it, or leave the example out."
                .formatted(index, i, features[i]));
      }
    }
  }

  /** How many values an example has. */
  int width() {
    return rows.width();
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public void read(int index, float[] destination, int offset) {
    rows.read(index, destination, offset);
  }
}
