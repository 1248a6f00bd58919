package io.perennial.runner.data;

import io.perennial.api.Description;
import io.perennial.api.InputException;
import io.perennial.api.Task;
import io.perennial.api.TaskOrder;
import jakarta.inject.Inject;
import java.util.List;
import java.util.stream.IntStream;

/** The order in which the scenario gives the tasks, or one that is written out. */
@Description("the tasks in the order in which the scenario gives them, or as listed")
final class GivenOrder implements TaskOrder {
  private final Settings settings;

  /**
   * The settings.
   *
   * @param tasks positions in the scenario, from 0
   */
  record Settings(
      @Description(
              value =
                  "each task's position in the scenario, from 0, in the order to learn them; empty"
                      + " for the scenario's own order",
              byDefault = "[]",
              min = 0)
          List<Integer> tasks) {}

  @Inject
  GivenOrder(Settings settings) {
    this.settings = settings;
  }

  @Override
  public int[] order(List<Task> tasks) {
    int[] all = IntStream.range(0, tasks.size()).toArray();
    List<Integer> listed = settings.tasks();
    if (listed.isEmpty()) {
      return all;
    }
    if (!listed.stream().sorted().toList().equals(IntStream.of(all).boxed().toList())) {
      throw new InputException(
          "order.tasks: %s does not name each of the %d tasks once; expected the numbers 0 to %d in any order."
              .formatted(listed, tasks.size(), tasks.size() - 1));
    }
    return listed.stream().mapToInt(Integer::intValue).toArray();
  }
}
