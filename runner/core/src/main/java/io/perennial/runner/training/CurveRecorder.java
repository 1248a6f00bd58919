package io.perennial.runner.training;

import io.perennial.api.AccuracyCurve;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Model;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.api.Task;
import io.perennial.runner.config.CurveSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Measures accuracies between the ends of tasks. It only looks: what is trained is the same to the
 * bit without it.
 */
final class CurveRecorder {
  private final CurveSettings settings;
  private final List<Task> tasks;
  private final Evaluator evaluator;
  private final RandomSource random;
  private final int[][] examples;
  private AccuracyCurve curve;

  CurveRecorder(
      CurveSettings settings, List<Task> tasks, Evaluator evaluator, RandomSource random) {
    this.settings = settings;
    this.tasks = tasks;
    this.evaluator = evaluator;
    this.random = random;
    this.examples = new int[tasks.size()][];
    this.curve = new AccuracyCurve(tasks.size(), settings.every());
  }

  AccuracyCurve curve() {
    return curve;
  }

  /** Before the first step of a task: where its curve begins. */
  void beginTask(Model model, int task, long step) {
    if (settings.every() > 0) {
      // The old ones may have been measured just now, when the task before ended.
      boolean rowMeasured = task > 0 && curve.has(step, 0);
      for (int j = rowMeasured ? task : 0; j <= task; j++) {
        curve.set(step, j, measure(model, j));
      }
    }
  }

  /** Whether it is time to measure after a step. */
  boolean isDue(int task, long step) {
    return settings.every() > 0 && (step - curve.startOf(task)) % settings.every() == 0;
  }

  /** Measures the tasks up to the current one. */
  void measure(Model model, int task, long step) {
    for (int j = 0; j <= task; j++) {
      curve.set(step, j, measure(model, j));
    }
  }

  /** A task is over; its row of R has what was measured of it, if anything. */
  void endTask(int task, long step, AccuracyMatrix accuracy) {
    for (int j = 0; j <= task; j++) {
      if (!Double.isNaN(accuracy.at(task, j))) {
        curve.set(step, j, accuracy.at(task, j));
      }
    }
    curve.endTask(step);
  }

  private double measure(Model model, int task) {
    return evaluator.accuracyOn(model, task, examplesOf(task));
  }

  private int[] examplesOf(int task) {
    if (examples[task] == null) {
      int size = tasks.get(task).test().size();
      int[] drawn = random.child("task " + task).permutation(size);
      if (settings.examples() > 0 && settings.examples() < size) {
        drawn = Arrays.copyOf(drawn, settings.examples());
      }
      Arrays.sort(drawn);
      examples[task] = drawn;
    }
    return examples[task];
  }

  State save() {
    List<Object> points = new ArrayList<>();
    for (int point = 0; point < curve.size(); point++) {
      List<Object> row = new ArrayList<>();
      for (int task = 0; task < tasks.size(); task++) {
        if (!Double.isNaN(curve.at(point, task))) {
          row.add(List.of((long) task, curve.at(point, task)));
        }
      }
      points.add(List.of(curve.step(point), row));
    }
    return State.ofValues(Map.of("points", points, "taskSteps", curve.taskSteps()));
  }

  void restore(State state) {
    curve = new AccuracyCurve(tasks.size(), settings.every());
    for (Object point : list(state.values().get("points"))) {
      long step = ((Number) list(point).get(0)).longValue();
      for (Object cell : list(list(point).get(1))) {
        int task = ((Number) list(cell).get(0)).intValue();
        curve.set(step, task, ((Number) list(cell).get(1)).doubleValue());
      }
    }
    for (Object step : list(state.values().get("taskSteps"))) {
      curve.endTask(((Number) step).longValue());
    }
  }

  private static List<?> list(@Nullable Object saved) {
    if (saved instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException("The saved curve has no list where one is expected");
  }
}
