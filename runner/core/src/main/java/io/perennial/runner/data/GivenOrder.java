package io.perennial.runner.data;

import io.perennial.api.Description;
import io.perennial.api.Task;
import io.perennial.api.TaskOrder;
import jakarta.inject.Inject;
import java.util.List;
import java.util.stream.IntStream;

/** The order in which the scenario gives the tasks. */
@Description("the tasks in the order in which the scenario gives them")
final class GivenOrder implements TaskOrder {
  @Inject
  GivenOrder() {}

  @Override
  public int[] order(List<Task> tasks) {
    return IntStream.range(0, tasks.size()).toArray();
  }
}
