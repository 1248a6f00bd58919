package io.perennial.runner.cli;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import java.util.List;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** A bar for each task, which goes away when the task is done. */
final class ProgressBars implements RunListener, AutoCloseable {
  private static final int INTERVAL_MILLIS = 100;

  private final RunPosition position;
  private @Nullable ProgressBar bar;

  ProgressBars(List<Long> seeds) {
    this.position = new RunPosition(seeds);
  }

  @Override
  public void runStarted(AccuracyMatrix accuracy) {
    position.runStarted(accuracy);
  }

  @Override
  public void taskStarted(Learner learner, long steps) {
    ProgressBar current = bar;
    if (current != null && learner.phase() > 0) {
      current.maxHint(current.getMax() + steps);
      return;
    }
    close();
    bar =
        new ProgressBarBuilder()
            .setTaskName(position.of(learner))
            .setInitialMax(steps)
            .setUpdateIntervalMillis(INTERVAL_MILLIS)
            .clearDisplayOnFinish()
            .build();
  }

  @Override
  public void stepDone(Learner learner, double loss) {
    if (bar != null) {
      bar.step();
      if (bar.getCurrent() > bar.getMax()) {
        bar.maxHint(bar.getCurrent());
      }
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
