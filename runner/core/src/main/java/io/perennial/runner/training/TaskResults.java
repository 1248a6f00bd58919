package io.perennial.runner.training;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.State;
import io.perennial.runner.config.Evaluation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What is known of the tasks that are done: R, and how large everything was after each. */
final class TaskResults {
  private final Evaluation evaluation;
  private final TaskStream stream;
  private final AccuracyMatrix accuracy;
  private final List<Long> parameterCounts = new ArrayList<>();
  private final List<Long> strategyBytes = new ArrayList<>();

  TaskResults(Evaluation evaluation, TaskStream stream, AccuracyMatrix accuracy) {
    this.evaluation = evaluation;
    this.stream = stream;
    this.accuracy = accuracy;
  }

  AccuracyMatrix accuracy() {
    return accuracy;
  }

  /** How many tasks are done. */
  int tasks() {
    return parameterCounts.size();
  }

  List<Long> parameterCounts() {
    return Collections.unmodifiableList(parameterCounts);
  }

  /** What the strategies kept after each task, in bytes. */
  List<Long> strategyBytes() {
    return Collections.unmodifiableList(strategyBytes);
  }

  /** A task was learned. */
  void add(long parameterCount) {
    parameterCounts.add(parameterCount);
  }

  /** What the strategies keep after the latest task. */
  void keep(long bytesOfStrategies) {
    strategyBytes.add(bytesOfStrategies);
  }

  boolean measures(int i) {
    return evaluation.measures(i, accuracy.size() - 1) || stream.endsWith(i);
  }

  /** R0, if it is wanted. */
  void measureUntrained(IntToDoubleFunction measured) {
    if (evaluation.measuresUntrained()) {
      for (int j = 0; j < accuracy.size(); j++) {
        accuracy.setUntrained(j, measured.applyAsDouble(j));
      }
    }
  }

  /** Row i of R, if it is wanted. */
  void measure(int i, IntToDoubleFunction measured) {
    if (measures(i)) {
      for (int j = 0; j < columns(i); j++) {
        accuracy.set(i, j, measured.applyAsDouble(j));
      }
    }
  }

  /** How many tasks are measured after task i. */
  private int columns(int i) {
    return evaluation.seenOnly() ? i + 1 : accuracy.size();
  }

  void save(State.Builder state) {
    state
        .value("parameterCounts", repeated(parameterCounts))
        .value("strategyBytes", repeated(strategyBytes))
        .value("accuracy", measuredRows());
  }

  void restore(State state) {
    restoreRepeated(state.values().get("parameterCounts"), parameterCounts);
    restoreRepeated(state.values().get("strategyBytes"), strategyBytes);
    restoreRows(list(state.values().get("accuracy")));
  }

  /**
   * {@code [value, times]} for each run of equal values: a network that does not grow shall not
   * make every checkpoint larger than the last.
   */
  private static List<List<Long>> repeated(List<Long> values) {
    List<List<Long>> runs = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= values.size(); i++) {
      if (i == values.size() || !values.get(i).equals(values.get(from))) {
        runs.add(List.of(values.get(from), (long) (i - from)));
        from = i;
      }
    }
    return runs;
  }

  private static void restoreRepeated(@Nullable Object saved, List<Long> values) {
    values.clear();
    for (Object run : list(saved)) {
      long value = ((Number) list(run).get(0)).longValue();
      int times = ((Number) list(run).get(1)).intValue();
      values.addAll(Collections.nCopies(times, value));
    }
  }

  /**
   * {@code [i, [R[i][0], …]]} for each row that was measured, the untrained model's under -1. All
   * of R would be T² numbers at each of T tasks, most of them missing when few rows are measured.
   */
  private List<List<Object>> measuredRows() {
    List<List<Object>> rows = new ArrayList<>();
    if (evaluation.measuresUntrained()) {
      rows.add(List.of(-1, row(-1, accuracy.size())));
    }
    for (int i = 0; i < parameterCounts.size(); i++) {
      if (measures(i)) {
        rows.add(List.of(i, row(i, columns(i))));
      }
    }
    return rows;
  }

  private List<Double> row(int i, int columns) {
    List<Double> row = new ArrayList<>(columns);
    for (int j = 0; j < columns; j++) {
      row.add(i < 0 ? accuracy.untrained(j) : accuracy.at(i, j));
    }
    return row;
  }

  private void restoreRows(List<?> rows) {
    for (Object entry : rows) {
      int i = ((Number) list(entry).get(0)).intValue();
      List<?> row = list(list(entry).get(1));
      for (int j = 0; j < row.size(); j++) {
        double value = ((Number) row.get(j)).doubleValue();
        if (i < 0) {
          accuracy.setUntrained(j, value);
        } else {
          accuracy.set(i, j, value);
        }
      }
    }
  }

  private static List<?> list(@Nullable Object value) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException("The saved state has no list where one is expected");
  }
}
