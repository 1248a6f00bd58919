package io.perennial.runner.training;

import io.perennial.api.Examples;
import io.perennial.api.InputException;
import io.perennial.api.Task;

/**
 * Examples of a task that was learned before and whose data is not at hand any more: how many there
 * were is all that is known of them.
 *
 * @param task its name
 * @param size as it was
 */
public record AbsentExamples(String task, int size) implements Examples {
  /** Whether a task's examples are absent. */
  public static boolean of(Task task) {
    return task.training() instanceof AbsentExamples;
  }

  @Override
  public int label(int index) {
    throw absent();
  }

  @Override
  public void read(int index, float[] destination, int offset) {
    throw absent();
  }

  private InputException absent() {
    return new InputException(
        "The examples of task '%s', learned before, are needed, but they are not at hand any more. Put its data back where it was, or choose a strategy that does without."
            .formatted(task));
  }
}
