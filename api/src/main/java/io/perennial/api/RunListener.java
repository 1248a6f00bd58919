package io.perennial.api;

/** Extension point: follows a run. Called on the training thread; what it throws ends the run. */
public interface RunListener extends Stateful {
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
}
