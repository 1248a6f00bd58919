package io.perennial.runner.training;

import io.perennial.api.Examples;
import io.perennial.api.Task;
import java.util.Arrays;
import java.util.function.Predicate;

/** What a network that reads words needs to know about examples: which numbers occur in them. */
final class Words {
  /** Above it a float no longer holds every whole number. */
  private static final float MOST = 1 << 24;

  private Words() {}

  /** The largest number of a word in a task's training examples; 0 if there is none. */
  static int largest(Task task) {
    float[] largest = {0};
    scan(
        task,
        row -> {
          for (float value : row) {
            largest[0] = Math.max(largest[0], value);
          }
          return true;
        });
    return (int) largest[0];
  }

  /** Whether all training features are numbers of words, or 0. */
  static boolean areNumbers(Task task) {
    return scan(
        task,
        row -> {
          for (float value : row) {
            if (!(value >= 0 && value < MOST && value == Math.rint(value))) {
              return false;
            }
          }
          return true;
        });
  }

  private static boolean scan(Task task, Predicate<float[]> look) {
    Examples examples = task.training();
    float[] row = new float[(int) Arrays.stream(task.shape()).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < examples.size(); i++) {
      examples.read(i, row, 0);
      if (!look.test(row)) {
        return false;
      }
    }
    return true;
  }
}
