package io.perennial.runner;

import io.perennial.api.State;
import io.perennial.runner.config.CheckpointSettings;
import io.perennial.runner.result.Checkpoint;
import io.perennial.runner.result.CheckpointStore;
import io.perennial.runner.training.SavePoints;
import io.perennial.runner.training.Stopwatch;
import io.perennial.runner.training.Training;
import java.util.function.BooleanSupplier;

/**
 * Saves a run after each task, in the middle of one when it is due, and when it is to stop, which
 * it does then.
 */
final class Checkpointing implements SavePoints {
  private final CheckpointStore store;
  private final Schedule schedule;
  private final Origin origin;
  private final Stopwatch stopwatch;
  private final BooleanSupplier stop;

  /**
   * @param stopwatch stands still meanwhile
   * @param stop whether the run is to end
   */
  Checkpointing(
      CheckpointStore store,
      CheckpointSettings settings,
      Origin origin,
      Stopwatch stopwatch,
      BooleanSupplier stop) {
    this.store = store;
    this.schedule = new Schedule(settings, System::nanoTime);
    this.origin = origin;
    this.stopwatch = stopwatch;
    this.stop = stop;
  }

  @Override
  public void taskDone(Training training, int tasks) {
    write(training, tasks, Checkpoint.BETWEEN_TASKS);
  }

  /**
   * Ends the run if it is to end and has tasks left; it was saved.
   *
   * @throws RunStoppedException then
   */
  void stopIfAsked(int tasks, int all) {
    if (tasks < all && stop.getAsBoolean()) {
      throw new RunStoppedException(tasks, Checkpoint.BETWEEN_TASKS);
    }
  }

  @Override
  public void stepDone(Training training) {
    boolean stops = stop.getAsBoolean();
    if (stops || schedule.isDue(training.step())) {
      int tasks = training.parameterCounts().size();
      stopwatch.pause(() -> write(training, tasks, training.step()));
      if (stops) {
        throw new RunStoppedException(tasks, training.step());
      }
    }
  }

  private void write(Training training, int tasks, long step) {
    long start = System.nanoTime();
    int concerned = step == Checkpoint.BETWEEN_TASKS ? tasks : tasks + 1;
    try (State state = training.save()) {
      store.write(tasks, step, origin.addTo(state, concerned));
    }
    schedule.saved(System.nanoTime() - start);
  }
}
