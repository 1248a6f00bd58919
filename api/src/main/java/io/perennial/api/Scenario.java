package io.perennial.api;

import java.util.List;

/** Extension point: an ordered stream of tasks made from data ({@code scenario: {type: …}}). */
public interface Scenario {
  /** What is known at test time. */
  Setting setting();

  /**
   * Loads the data and makes the tasks; called once a run. Everything random in it (split,
   * permutations) comes from the scenario's own {@link RandomSource}. Labels are the data set's;
   * the runner renumbers classes in the order in which the stream brings them.
   *
   * @throws InputException if the data cannot be read or does not suffice for these tasks
   */
  List<Task> tasks();
}
