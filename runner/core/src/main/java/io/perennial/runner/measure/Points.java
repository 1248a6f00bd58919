package io.perennial.runner.measure;

import io.perennial.api.AccuracyCurve;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import java.util.function.IntToDoubleFunction;

/** Reads accuracies between the ends of tasks. */
final class Points {
  private Points() {}

  /**
   * The mean of a term over all tasks but the last {@code without}, if the run measured on the way.
   *
   * @param term NaN where nothing was measured
   */
  static Metric.Value mean(Measurements measured, int without, IntToDoubleFunction term) {
    AccuracyCurve curve = measured.curve();
    int tasks = measured.accuracy().size();
    if (curve.every() == 0) {
      return Metric.Value.missing(
          "accuracies between the ends of tasks were not measured; set curves: {every: 10}, say");
    }
    if (tasks == 0) {
      return Metric.Value.missing("there are no tasks");
    }
    if (curve.taskSteps().size() < tasks) {
      return Metric.Value.missing("not all tasks are learned");
    }
    double sum = 0;
    for (int task = 0; task < tasks - without; task++) {
      double value = term.applyAsDouble(task);
      if (Double.isNaN(value)) {
        return Metric.Value.missing(
            "task '%s' was never measured where it counts"
                .formatted(measured.accuracy().tasks().get(task)));
      }
      sum += value;
    }
    return Metric.Value.of(sum / (tasks - without));
  }

  /** The mean over the tasks measured at a point, but for one that is about to begin. */
  static double meanAt(Measurements measured, int point) {
    double sum = 0;
    int seen = 0;
    for (int task = 0; task < measured.accuracy().size(); task++) {
      double value = measured.curve().at(point, task);
      if (!Double.isNaN(value) && measured.curve().startOf(task) < measured.curve().step(point)) {
        sum += value;
        seen++;
      }
    }
    return sum / seen;
  }

  /** The lowest accuracy on a task after it ended; NaN if there is none. */
  static double lowestAfter(AccuracyCurve curve, int task) {
    double lowest = Double.NaN;
    for (int point = 0; point < curve.size(); point++) {
      double value = curve.at(point, task);
      if (curve.step(point) > curve.taskSteps().get(task) && !(value >= lowest)) {
        lowest = Double.isNaN(value) ? lowest : value;
      }
    }
    return lowest;
  }

  /** The mean height of a task's curve while it is learned; NaN if it has no two points. */
  static double area(AccuracyCurve curve, int task) {
    long start = curve.startOf(task);
    long end = curve.taskSteps().get(task);
    double area = 0;
    long from = -1;
    long before = -1;
    double height = Double.NaN;
    for (int point = 0; point < curve.size(); point++) {
      long step = curve.step(point);
      double value = curve.at(point, task);
      if (step < start || step > end || Double.isNaN(value)) {
        continue;
      }
      if (from < 0) {
        from = step;
      } else {
        area += (step - before) * (height + value) / 2;
      }
      before = step;
      height = value;
    }
    return before > from ? area / (before - from) : Double.NaN;
  }
}
