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

  /**
   * The names of the classes by label, known once {@link #tasks} was called; empty if they have
   * none but their numbers.
   */
  default List<String> classNames() {
    return List.of();
  }

  /** How one task ends and the next begins. */
  default Boundaries boundaries() {
    return Boundaries.SHARP;
  }

  /** What a learner may know about the end of a task. */
  enum Boundaries {
    /** A task's examples are its own, and its end is announced. */
    SHARP,
    /** Around the end of a task, which is announced, the examples of two tasks mix. */
    BLURRED,
    /**
     * Nothing is announced: one stream of examples, drawn once and in its order. The {@link Task}s
     * are its consecutive parts, between which accuracies are measured and checkpoints are written;
     * a strategy is told of none of them, the network has the outputs of all classes from the
     * start, and only strategies that do not {@linkplain Strategy#needsBoundaries need boundaries}
     * are admitted.
     */
    NONE
  }
}
