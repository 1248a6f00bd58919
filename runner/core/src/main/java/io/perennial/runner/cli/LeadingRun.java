package io.perennial.runner.cli;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import io.perennial.api.Metric;
import io.perennial.api.RunInfo;
import io.perennial.api.RunListener;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets a display that follows one run after the other follow runs that go on at the same time: it
 * sees the earliest of them, and when that has ended the earliest that is left.
 */
final class LeadingRun implements RunListener {
  private final RunListener display;

  /** The runs that go on, by their threads: when they began. */
  private final Map<Thread, Started> going = new HashMap<>();

  private @Nullable Thread leader;
  private int started;
  private int shown;

  LeadingRun(RunListener display) {
    this.display = display;
  }

  private record Started(int number, AccuracyMatrix accuracy) {}

  @Override
  public synchronized void runStarted(AccuracyMatrix accuracy) {
    Thread current = Thread.currentThread();
    going.put(current, new Started(started++, accuracy));
    if (leader == null || leader == current) {
      lead(current);
    }
  }

  /** The display counts runs: those that it did not see have begun, too. */
  private void lead(Thread thread) {
    leader = thread;
    Started run = going.get(thread);
    while (run != null && shown <= run.number()) {
      display.runStarted(run.accuracy());
      shown++;
    }
  }

  private boolean isLeading() {
    return leader == Thread.currentThread();
  }

  @Override
  public synchronized void taskStarted(Learner learner, long steps) {
    if (isLeading()) {
      display.taskStarted(learner, steps);
    }
  }

  @Override
  public synchronized void stepDone(Learner learner, double loss) {
    if (isLeading()) {
      display.stepDone(learner, loss);
    }
  }

  @Override
  public synchronized void epochDone(Learner learner, double trainingAccuracy) {
    if (isLeading()) {
      display.epochDone(learner, trainingAccuracy);
    }
  }

  @Override
  public synchronized void taskDone(Learner learner, AccuracyMatrix accuracy) {
    if (isLeading()) {
      display.taskDone(learner, accuracy);
    }
  }

  @Override
  public synchronized void runDone(AccuracyMatrix accuracy) {
    if (isLeading()) {
      display.runDone(accuracy);
    }
  }

  @Override
  public synchronized void runEnded(
      RunInfo run, Map<String, Metric.Value> metrics, String failure) {
    going.remove(Thread.currentThread());
    if (isLeading()) {
      leader = null;
      going.entrySet().stream()
          .min(Map.Entry.comparingByValue((a, b) -> Integer.compare(a.number(), b.number())))
          .ifPresent(next -> lead(next.getKey()));
    }
  }
}
