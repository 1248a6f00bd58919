package io.perennial.api;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What every role is. Implement the roles you need; their types say what the strategy does, and the
 * order of work follows from them. The calls, in the order of a run:
 *
 * <ol>
 *   <li>{@link #check}, once, before anything trains;
 *   <li>for each task: {@link Expansion#expandBefore}, {@link #remap} if anything grew, {@link
 *       #beforeTask}, then for each step the roles' own methods and {@link #afterStep}, and {@link
 *       #afterTask}.
 * </ol>
 *
 * Within one role strategies are called in the order of their names, then of their position.
 */
public interface Strategy extends Stateful {
  /**
   * Pre-flight: looks at the whole composition and reports what cannot work (an error) or what to
   * expect (a warning).
   */
  default void check(Composition composition, Consumer<Finding> findings) {}

  /** Before the first step of a task, when the model already has the task's outputs. */
  default void beforeTask(Learner learner) {}

  /** After the optimiser's step; the parameters have moved. */
  default void afterStep(Learner learner, Batch batch) {}

  /**
   * After the last step of a task. May read the task's training data with {@link Learner#visit} and
   * ask for another phase of training with {@link Learner#continueTraining}.
   */
  default void afterTask(Learner learner) {}

  /** The model's parameters have changed in number; everything kept for each of them follows. */
  default void remap(ParameterMap map) {}

  /** Whether the strategy needs {@link #beforeTask} and {@link #afterTask}. */
  default boolean needsBoundaries() {
    return true;
  }

  /** The conventions that differ between frameworks, by name, as they go into the results. */
  default Map<String, String> conventions() {
    return Map.of();
  }

  /** Tables, matrices and images for the results, as they are now. */
  default List<Artefact> artefacts() {
    return List.of();
  }
}
