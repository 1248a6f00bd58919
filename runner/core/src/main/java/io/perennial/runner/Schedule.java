package io.perennial.runner;

import io.perennial.runner.config.CheckpointSettings;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** When a run is to be saved in the middle of a task. */
final class Schedule {
  /** The time between two checkpoints is at least so many times what one takes: 5 %. */
  private static final long TIMES_ITS_COST = 20;

  private final int everySteps;
  private final long interval;
  private final LongSupplier nanos;
  private long due;

  /**
   * @param nanos the time
   */
  Schedule(CheckpointSettings settings, LongSupplier nanos) {
    this.everySteps = settings.everySteps();
    this.interval =
        settings.everyMinutes() == 0
            ? Long.MAX_VALUE
            : Math.round(settings.everyMinutes() * TimeUnit.MINUTES.toNanos(1));
    this.nanos = nanos;
    saved(0);
  }

  /** Whether it is to be saved after a step of the run. */
  boolean isDue(long step) {
    return (everySteps > 0 && step % everySteps == 0)
        || (interval < Long.MAX_VALUE && nanos.getAsLong() - due >= 0);
  }

  /** It was saved just now, which took so many nanoseconds. */
  void saved(long cost) {
    due = nanos.getAsLong() + Math.max(interval, TIMES_ITS_COST * cost);
  }
}
