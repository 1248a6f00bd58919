package io.perennial.replay;

import io.perennial.api.Examples;
import io.perennial.api.Task;
import java.util.Arrays;

/** A look at a task's first training examples, before anything trains. */
final class FeatureRange {
  private static final int EXAMPLES = 64;

  private FeatureRange() {}

  /** Whether their values are in [0, 1]. */
  static boolean isUnit(Task task) {
    Examples examples = task.training();
    float[] values = new float[(int) Arrays.stream(task.shape()).reduce(1, (a, b) -> a * b)];
    for (int n = 0; n < Math.min(EXAMPLES, examples.size()); n++) {
      examples.read(n, values, 0);
      for (float value : values) {
        if (!(value >= 0 && value <= 1)) {
          return false;
        }
      }
    }
    return true;
  }
}
