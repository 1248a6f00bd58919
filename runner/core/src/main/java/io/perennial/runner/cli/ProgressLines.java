package io.perennial.runner.cli;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A line every few seconds, for files and pipes. */
final class ProgressLines implements RunListener {
  private static final long INTERVAL = TimeUnit.SECONDS.toNanos(5);

  private final RunPosition position;
  private final PrintStream out;
  private final LongSupplier clock;
  private long latest;
  private long done;
  private long planned;

  ProgressLines(List<Long> seeds, PrintStream out, LongSupplier clock) {
    this.position = new RunPosition(seeds);
    this.out = out;
    this.clock = clock;
    this.latest = clock.getAsLong();
  }

  @Override
  public void runStarted(AccuracyMatrix accuracy) {
    position.runStarted(accuracy);
    latest = clock.getAsLong();
  }

  @Override
  public void taskStarted(Learner learner, long steps) {
    if (learner.phase() == 0) {
      done = 0;
      planned = 0;
    }
    planned += steps;
  }

  @Override
  public void stepDone(Learner learner, double loss) {
    done++;
    long now = clock.getAsLong();
    if (now - latest >= INTERVAL) {
      latest = now;
      // Strategies may draw more than was planned, joint training for one.
      String steps = done <= planned ? done + " of " + planned : Long.toString(done);
      out.printf(Locale.ROOT, "%s: step %s, loss %.4f%n", position.of(learner), steps, loss);
    }
  }
}
