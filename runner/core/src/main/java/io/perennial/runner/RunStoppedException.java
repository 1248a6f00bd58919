package io.perennial.runner;

import io.perennial.runner.result.Checkpoint;

/** A run was asked to stop, and did when it was saved; {@code resume} goes on with it. */
public final class RunStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int tasksDone;
  private final long step;

  RunStoppedException(int tasksDone, long step) {
    super(
        step == Checkpoint.BETWEEN_TASKS
            ? "The run stopped after task %d and is saved.".formatted(tasksDone)
            : "The run stopped in task %d, after step %d of the run, and is saved."
                .formatted(tasksDone + 1, step));
    this.tasksDone = tasksDone;
    this.step = step;
  }

  /** How many tasks are done. */
  public int tasksDone() {
    return tasksDone;
  }

  /** The step of the run in the middle of the next task; -1 between two tasks. */
  public long step() {
    return step;
  }
}
