package io.perennial.runner.training;

/**
 * Told where the state of a run is whole, so that {@link Training#save} may be called, and the run
 * may be ended by an exception without losing anything. Called on the training thread.
 */
@FunctionalInterface
public interface SavePoints {
  /**
   * After a task was consolidated and evaluated.
   *
   * @param tasks how many are done
   */
  void taskDone(Training training, int tasks);

  /** After each step, and after the listeners. */
  default void stepDone(Training training) {}
}
