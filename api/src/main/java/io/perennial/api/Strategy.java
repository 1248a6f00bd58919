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
 *       #beforeTask}, then for each step the roles' own methods and {@link #afterStep}, after each
 *       epoch {@link Expansion#expandAfterEpoch}, then {@link Expansion#expandAfterPhase} and
 *       {@link #afterPhase}, which may ask for more steps, and once {@link #afterTask}.
 * </ol>
 *
 * <p>After each step, and after each task, a run may be saved and later go on in another process:
 * {@link #restore}, and if it was in the middle of a task, {@link #taskResumed}.
 *
 * <p>Within one role strategies are called in the order of their names, then of their position.
 */
public interface Strategy extends Stateful {
  /**
   * Pre-flight: looks at the whole composition and reports what cannot work (an error) or what to
   * expect (a warning).
   */
  default void check(Composition composition, Consumer<Finding> findings) {}

  /** Before the first step of a task, when the model already has the task's outputs. */
  default void beforeTask(Learner learner) {}

  /**
   * Once, after {@link #restore}, in a run that goes on in the middle of a task: {@link
   * #beforeTask} of that task was called before the run was saved and is not called again. The time
   * to make anew what was not saved because it follows from the model or from the tasks' data.
   */
  default void taskResumed(Learner learner) {}

  /** After the optimiser's step; the parameters have moved. */
  default void afterStep(Learner learner, Batch batch) {}

  /**
   * After a phase of training on a task (pruning comes here, say).
   *
   * @return the epochs of another phase that this strategy needs on this task, 0 if none; when
   *     several strategies ask, the longest phase is trained once, and then all are asked again
   */
  default int afterPhase(Learner learner) {
    return 0;
  }

  /**
   * Once after the last step of a task: the time to consolidate. May read the task's training data
   * with {@link Learner#visit}.
   */
  default void afterTask(Learner learner) {}

  /** The model's parameters have changed in number; everything kept for each of them follows. */
  default void remap(ParameterMap map) {}

  /**
   * At most how many bytes the strategy will hold, in arrays of its own: those that it saves, of
   * whatever task that is most after, and those of networks that it makes. Asked before anything
   * trains, for the estimate that a run's memory is limited by; nothing by default.
   *
   * @param composition with a model that has all the outputs and words the tasks bring
   * @param parameters the most that the model will have
   */
  default long bytesKept(Composition composition, Expansion.Size parameters) {
    return 0;
  }

  /**
   * Whether the strategy needs to be told where tasks begin and end. One that does not lives on its
   * roles' own methods and {@link #afterStep} alone, and is admitted to streams {@linkplain
   * Scenario.Boundaries#NONE without boundaries}. There {@link #beforeTask}, {@link #afterPhase},
   * {@link #afterTask} and the calls of {@link Expansion} and {@link Sampling} never come, and
   * {@link Learner#task()} is a part of the stream that means nothing to it.
   */
  default boolean needsBoundaries() {
    return true;
  }

  /**
   * Whether the strategy reads training examples of tasks before the current one, as joint training
   * does. A model with such a strategy is taught further tasks only where the data of all its old
   * ones is at hand.
   */
  default boolean needsOldTasks() {
    return false;
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
