package io.perennial.runner.cli;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A line every few seconds, for files and pipes. */
final class ProgressLines implements RunListener {
  private static final long INTERVAL = TimeUnit.SECONDS.toNanos(5);

  private final ProgressMeter meter;
  private final PrintStream out;
  private final LongSupplier clock;
  private long latest;

  /**
   * Prints what a meter tells.
   *
   * @param meter hears of each step before this does
   */
  ProgressLines(ProgressMeter meter, PrintStream out, LongSupplier clock) {
    this.meter = meter;
    this.out = out;
    this.clock = clock;
    this.latest = clock.getAsLong();
  }

  @Override
  public void runStarted(AccuracyMatrix accuracy) {
    latest = clock.getAsLong();
  }

  @Override
  public void stepDone(Learner learner, double loss) {
    long now = clock.getAsLong();
    if (now - latest >= INTERVAL) {
      latest = now;
      out.println(meter.line());
    }
  }
}
