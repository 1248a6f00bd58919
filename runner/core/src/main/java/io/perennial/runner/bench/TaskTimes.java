package io.perennial.runner.bench;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Where the time of each task of a run goes. */
final class TaskTimes implements RunListener {
  /** Steps whose time is not typical: what they need is made, and code is still slow. */
  private static final int FIRST_STEPS = 5;

  private static final int ASSEMBLED = 128;

  /**
   * One task, in seconds.
   *
   * @param whole from the end of the task before to its own end
   * @param training its epochs
   * @param rest after its epochs: consolidation, and evaluation if there was one
   * @param step the median of its steps but the first ones
   * @param steps how many there were
   */
  record Task(double whole, double training, double rest, double step, int steps) {}

  private final List<Task> tasks = new ArrayList<>();
  private double[] steps = new double[1024];
  private int count;
  private long ended;
  private long started;
  private long trained;
  private long latest;
  private double assembly = Double.NaN;

  @Override
  public void runStarted(AccuracyMatrix accuracy) {
    ended = System.nanoTime();
  }

  @Override
  public void taskStarted(Learner learner, long planned) {
    count = 0;
    started = System.nanoTime();
    latest = started;
  }

  @Override
  public void stepDone(Learner learner, double loss) {
    long now = System.nanoTime();
    if (count == steps.length) {
      steps = Arrays.copyOf(steps, 2 * count);
    }
    steps[count++] = (now - latest) / 1e9;
    latest = now;
  }

  @Override
  public void epochDone(Learner learner, double trainingAccuracy) {
    trained = System.nanoTime();
  }

  @Override
  public void taskDone(Learner learner, AccuracyMatrix accuracy) {
    long now = System.nanoTime();
    double[] typical = Arrays.copyOfRange(steps, Math.min(FIRST_STEPS, count - 1), count);
    tasks.add(
        new Task(
            (now - ended) / 1e9,
            (trained - started) / 1e9,
            (now - trained) / 1e9,
            Measurement.median(Arrays.stream(typical).boxed().toList()),
            count));
    if (tasks.size() == accuracy.size()) {
      assembly = assembly(learner);
    }
    ended = System.nanoTime();
  }

  /** Seconds for a row of a batch, without any use of the batch. */
  private static double assembly(Learner learner) {
    long start = System.nanoTime();
    learner.visit(learner.task().training(), learner.task().index(), ASSEMBLED, batch -> {});
    return (System.nanoTime() - start) / 1e9 / learner.task().training().size();
  }

  /** The tasks, in the order of the stream. */
  List<Task> tasks() {
    return List.copyOf(tasks);
  }

  /** Seconds to make one row of a batch of the last task. */
  double assembly() {
    return assembly;
  }
}
