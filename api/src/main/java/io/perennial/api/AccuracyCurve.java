package io.perennial.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Test accuracies on the tasks seen so far along the steps of a run: a point when a task ends, if
 * its row of R is measured, and more on the way where a configuration asks for them ({@code
 * curves}).
 */
public final class AccuracyCurve {
  private final int tasks;
  private final int every;
  private final List<Long> steps = new ArrayList<>();
  private final List<double[]> points = new ArrayList<>();
  private final List<Long> taskSteps = new ArrayList<>();

  /**
   * Nothing measured yet.
   *
   * @param tasks the number of tasks in the stream
   * @param every how many steps there are from one point to the next; 0 for no points but those
   *     where a task ends
   */
  public AccuracyCurve(int tasks, int every) {
    this.tasks = tasks;
    this.every = every;
  }

  /** The steps from one point to the next; 0 when only ends of tasks are measured. */
  public int every() {
    return every;
  }

  /** The number of points. */
  public int size() {
    return points.size();
  }

  /** The steps of the whole run made before a point; ascending. */
  public long step(int point) {
    return steps.get(point);
  }

  /** The accuracy on a task at a point, 0 to 1; NaN if it was not measured or not seen by then. */
  public double at(int point, int task) {
    double[] row = points.get(point);
    return task < row.length ? row[task] : Double.NaN;
  }

  /** Whether the latest point is at a step and a task was measured there. */
  public boolean has(long step, int task) {
    int last = size() - 1;
    return last >= 0 && step(last) == step && !Double.isNaN(at(last, task));
  }

  /** The step at which each task so far ended. */
  public List<Long> taskSteps() {
    return Collections.unmodifiableList(taskSteps);
  }

  /** The step before the first one of a task: where the one before it ended, 0 for the first. */
  public long startOf(int task) {
    return task == 0 ? 0 : taskSteps.get(task - 1);
  }

  /**
   * Records a measurement, at the latest point's step or a later one. NaN is none.
   *
   * @throws IllegalArgumentException if it is an earlier one or there is no such task
   */
  public void set(long step, int task, double accuracy) {
    long latest = steps.isEmpty() ? -1 : steps.get(steps.size() - 1);
    if (step < latest || task < 0 || task >= tasks) {
      throw new IllegalArgumentException(
          "No measurement of task %d of %d at step %d after one at step %d"
              .formatted(task, tasks, step, latest));
    }
    if (Double.isNaN(accuracy)) {
      return;
    }
    if (step > latest) {
      steps.add(step);
      points.add(new double[0]);
    }
    int last = points.size() - 1;
    double[] row = points.get(last);
    if (row.length <= task) {
      int length = row.length;
      row = Arrays.copyOf(row, task + 1);
      Arrays.fill(row, length, task + 1, Double.NaN);
      points.set(last, row);
    }
    row[task] = accuracy;
  }

  /** Records that the next task ended at a step. */
  public void endTask(long step) {
    taskSteps.add(step);
  }
}
