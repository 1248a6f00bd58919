package io.perennial.runner.cli;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How far a configuration's runs are and how well they do: what bars, lines and the live page tell.
 * Called by the run, asked by any thread.
 */
final class ProgressMeter implements RunListener {
  /** Of the latest step in the loss that is shown: single batches jump about. */
  private static final double NEWEST = 0.1;

  private final RunPosition position;
  private final int runs;
  private final LongSupplier clock;

  private String where = "loading the data";
  private int run;
  private int tasks;
  private int task;
  private long done;
  private long planned;
  private int epoch;
  private double loss;
  private double trainingAccuracy;

  /** When the task began, and how long the finished ones took, in nanoseconds. */
  private long began;

  private long spent;
  private long finished;

  ProgressMeter(List<Long> seeds, LongSupplier clock) {
    this.position = new RunPosition(seeds);
    this.runs = Math.max(1, seeds.size());
    this.clock = clock;
  }

  @Override
  public synchronized void runStarted(AccuracyMatrix accuracy) {
    position.runStarted(accuracy);
    run++;
    tasks = accuracy.size();
    began = clock.getAsLong();
  }

  @Override
  public synchronized void taskStarted(Learner learner, long steps) {
    if (learner.phase() == 0) {
      done = 0;
      planned = 0;
      epoch = 0;
      trainingAccuracy = Double.NaN;
      loss = Double.NaN;
      began = clock.getAsLong();
    }
    task = learner.task().index();
    planned += steps;
    where = position.of(learner);
  }

  @Override
  public synchronized void stepDone(Learner learner, double latest) {
    done++;
    loss = Double.isNaN(loss) ? latest : loss + NEWEST * (latest - loss);
  }

  @Override
  public synchronized void epochDone(Learner learner, double accuracy) {
    epoch++;
    trainingAccuracy = accuracy;
  }

  @Override
  public synchronized void taskDone(Learner learner, AccuracyMatrix accuracy) {
    spent += clock.getAsLong() - began;
    finished++;
  }

  /** Which seed and task. */
  synchronized String where() {
    return where;
  }

  /** The steps planned for the task, at least as many as were made. */
  synchronized long planned() {
    // Strategies may draw more than was planned, joint training for one.
    return Math.max(planned, done);
  }

  synchronized long done() {
    return done;
  }

  /** Epoch, loss and training accuracy, as far as there are any. */
  synchronized String quality() {
    StringBuilder text = new StringBuilder("epoch ").append(epoch + 1);
    if (!Double.isNaN(loss)) {
      text.append(String.format(Locale.ROOT, ", loss %.4f", loss));
    }
    if (!Double.isNaN(trainingAccuracy)) {
      text.append(String.format(Locale.ROOT, ", accuracy %.1f %%", 100 * trainingAccuracy));
    }
    return text.toString();
  }

  /** The time until all runs have ended, by what tasks took so far; empty if nothing is known. */
  synchronized String left() {
    double elapsed = seconds(clock.getAsLong() - began);
    if (done == 0 || elapsed <= 0) {
      return "";
    }
    double here = (planned() - done) * elapsed / done;
    double each = finished > 0 ? seconds(spent) / finished : elapsed + here;
    long after = tasks - 1L - task + (long) (runs - run) * tasks;
    return "about " + duration(here + each * Math.max(0, after)) + " left";
  }

  /** All of it. */
  synchronized String line() {
    if (done == 0) {
      return where;
    }
    double elapsed = seconds(clock.getAsLong() - began);
    String steps = done <= planned ? done + " of " + planned : Long.toString(done);
    String rate = elapsed > 0 ? String.format(Locale.ROOT, ", %.0f steps/s", done / elapsed) : "";
    String left = left();
    return where
        + ": step "
        + steps
        + ", "
        + quality()
        + rate
        + (left.isEmpty() ? "" : ", " + left);
  }

  private static double seconds(long nanos) {
    return nanos / (double) TimeUnit.SECONDS.toNanos(1);
  }

  private static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + " s";
    }
    return whole < 3600
        ? "%d min %02d s".formatted(whole / 60, whole % 60)
        : "%d h %02d min".formatted(whole / 3600, whole % 3600 / 60);
  }
}
