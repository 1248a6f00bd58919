package io.perennial.api;

import java.util.Map;

/**
 * Extension point: follows a run. Called on the training thread; what it throws ends the run. Each
 * run has listeners of its own, made from the configuration; one that an embedder hands over
 * follows all runs of a call, and where several execute at a time their calls alternate, each on
 * its own run's thread.
 */
public interface RunListener extends Stateful {
  /**
   * Before anything else, also when a run goes on after an interruption; then {@link #restore} was
   * called with what it had saved.
   */
  default void runOpened(RunInfo run) {}

  /**
   * Before the first task.
   *
   * @param accuracy R, live; its tasks are the stream's
   */
  default void runStarted(AccuracyMatrix accuracy) {}

  /**
   * Before the first step of a task.
   *
   * @param steps how many are planned for this phase
   */
  default void taskStarted(Learner learner, long steps) {}

  /** After a step, with the value of the base loss and the loss terms. */
  default void stepDone(Learner learner, double loss) {}

  /** After an epoch, with the accuracy of its real rows as they were drawn. */
  default void epochDone(Learner learner, double trainingAccuracy) {}

  /** After a task was consolidated and evaluated. */
  default void taskDone(Learner learner, AccuracyMatrix accuracy) {}

  /** After the last task. */
  default void runDone(AccuracyMatrix accuracy) {}

  /**
   * At the very end, however the run ended, if it was opened.
   *
   * @param metrics by their names, computed from what was measured
   * @param failure why it failed or was stopped; empty if it is complete
   */
  default void runEnded(RunInfo run, Map<String, Metric.Value> metrics, String failure) {}
}
