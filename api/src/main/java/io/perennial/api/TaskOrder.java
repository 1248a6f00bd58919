package io.perennial.api;

import java.util.List;

/** Role and extension point: decides the order of the stream before training. */
public interface TaskOrder extends Strategy {
  /**
   * A permutation of the tasks' indices: the first number is the task to learn first.
   *
   * @param tasks as the scenario gives them; training and validation data may be looked at, test
   *     data may not
   */
  int[] order(List<Task> tasks);
}
