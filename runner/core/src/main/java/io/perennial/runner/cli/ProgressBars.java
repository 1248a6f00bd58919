package io.perennial.runner.cli;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** A bar for each task, which goes away when the task is done. */
final class ProgressBars implements RunListener, AutoCloseable {
  private static final int INTERVAL_MILLIS = 100;
  private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(INTERVAL_MILLIS);

  private final ProgressMeter meter;
  private final LongSupplier clock;
  private @Nullable ProgressBar bar;
  private long latest;

  /**
   * Draws what a meter tells.
   *
   * @param meter hears of each step before this does
   */
  ProgressBars(ProgressMeter meter, LongSupplier clock) {
    this.meter = meter;
    this.clock = clock;
  }

  @Override
  public void taskStarted(Learner learner, long steps) {
    ProgressBar current = bar;
    if (current != null && learner.phase() > 0) {
      current.maxHint(meter.planned());
      return;
    }
    close();
    bar =
        new ProgressBarBuilder()
            .setTaskName(meter.where())
            .setInitialMax(steps)
            .setUpdateIntervalMillis(INTERVAL_MILLIS)
            .showSpeed()
            .hideEta()
            .clearDisplayOnFinish()
            .build();
  }

  @Override
  public void stepDone(Learner learner, double loss) {
    ProgressBar current = bar;
    if (current == null) {
      return;
    }
    long now = clock.getAsLong();
    current.step();
    // Texts are made as often as they are drawn.
    if (now - latest >= INTERVAL) {
      latest = now;
      current.maxHint(meter.planned());
      current.setExtraMessage(" " + meter.quality() + ", " + meter.left());
    }
  }

  @Override
  public void taskDone(Learner learner, AccuracyMatrix accuracy) {
    close();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
