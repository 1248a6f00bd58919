package io.perennial.runner.report;

import io.perennial.api.AccuracyCurve;
import io.perennial.api.AccuracyMatrix;
import io.perennial.runner.result.RunResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * The accuracy on each task over the whole stream, the mean over runs. Positions count the tasks
 * learned, fractions of a task included: runs whose tasks have different numbers of steps can be
 * averaged and compared.
 *
 * @param positions where something was measured, ascending; 0 is the untrained model
 * @param accuracy {@code [position][task]}, NaN where nothing was measured
 */
record Curves(double[] positions, double[][] accuracy) {

  /** A measurement of one run. */
  private record Point(double position, double[] accuracy) {}

  /** The rows of R, and what was measured between them. */
  static Curves of(List<RunResult> runs) {
    int tasks = runs.get(0).accuracy().size();
    List<Point> points = new ArrayList<>();
    for (int row = -1; row < tasks; row++) {
      double[] accuracy = row(runs, row);
      if (Arrays.stream(accuracy).anyMatch(value -> !Double.isNaN(value))) {
        points.add(new Point(row + 1, accuracy));
      }
    }
    // The n-th point within a task belongs to that of the other runs.
    Map<List<Integer>, List<Point>> within = new LinkedHashMap<>();
    runs.forEach(run -> addWithin(run.curve(), tasks, within));
    within.values().forEach(same -> points.add(mean(same, tasks)));
    points.sort(Comparator.comparingDouble(Point::position));
    return new Curves(
        points.stream().mapToDouble(Point::position).toArray(),
        points.stream().map(Point::accuracy).toArray(double[][]::new));
  }

  private static void addWithin(
      AccuracyCurve curve, int tasks, Map<List<Integer>, List<Point>> within) {
    int task = 0;
    int count = 0;
    List<Long> ends = curve.taskSteps();
    for (int point = 0; point < curve.size(); point++) {
      long step = curve.step(point);
      while (task < ends.size() && step >= ends.get(task)) {
        task++;
        count = 0;
      }
      // The ends are rows of R; a task that has not ended has no length yet.
      if (task < Math.min(ends.size(), tasks) && step > curve.startOf(task)) {
        double[] accuracy = new double[tasks];
        for (int on = 0; on < tasks; on++) {
          accuracy[on] = curve.at(point, on);
        }
        double length = ends.get(task) - curve.startOf(task);
        Point made = new Point(task + (step - curve.startOf(task)) / length, accuracy);
        within.computeIfAbsent(List.of(task, count++), k -> new ArrayList<>()).add(made);
      }
    }
  }

  private static Point mean(List<Point> points, int tasks) {
    double[] accuracy = new double[tasks];
    Arrays.setAll(accuracy, on -> mean(points.stream().mapToDouble(point -> point.accuracy[on])));
    return new Point(mean(points.stream().mapToDouble(Point::position)), accuracy);
  }

  /** At each position the mean over the tasks whose training had begun by then. */
  double[] seen() {
    double[] means = new double[positions.length];
    for (int i = 0; i < means.length; i++) {
      int seen = (int) Math.ceil(positions[i]);
      means[i] = mean(Arrays.stream(accuracy[i], 0, seen));
    }
    return means;
  }

  /** A row of R over several runs, R0 for row -1: the mean of those that have the cell. */
  static double[] row(List<RunResult> runs, int row) {
    double[] means = new double[runs.get(0).accuracy().size()];
    Arrays.setAll(
        means, on -> mean(runs.stream().mapToDouble(run -> cell(run.accuracy(), row, on))));
    return means;
  }

  private static double mean(DoubleStream values) {
    return values.filter(value -> !Double.isNaN(value)).average().orElse(Double.NaN);
  }

  private static double cell(AccuracyMatrix accuracy, int row, int task) {
    return row < 0 ? accuracy.untrained(task) : accuracy.at(row, task);
  }
}
