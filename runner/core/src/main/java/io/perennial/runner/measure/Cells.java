package io.perennial.runner.measure;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Metric;

/** Reads the cells a metric needs and remembers the first that is missing. */
final class Cells {
  private final AccuracyMatrix accuracy;
  private String missing = "";

  private Cells(AccuracyMatrix accuracy) {
    this.accuracy = accuracy;
  }

  /** The term of one task. */
  interface Term {
    /** Its value, from the cells. */
    double of(Cells cells, int task);
  }

  /** The mean of a term over the tasks from {@code first} to {@code end}, exclusive. */
  static Metric.Value mean(AccuracyMatrix accuracy, int first, int end, Term term) {
    if (end <= first) {
      return Metric.Value.missing(
          accuracy.size() == 0 ? "there are no tasks" : "it compares tasks, and there is only one");
    }
    Cells cells = new Cells(accuracy);
    double sum = 0;
    for (int task = first; task < end; task++) {
      sum += term.of(cells, task);
    }
    return cells.missing.isEmpty()
        ? Metric.Value.of(sum / (end - first))
        : Metric.Value.missing(cells.missing);
  }

  /** The accuracy on task j after the last task. */
  double last(int j) {
    return at(accuracy.size() - 1, j);
  }

  /** The accuracy on task j after task i. */
  double at(int i, int j) {
    double value = accuracy.at(i, j);
    if (Double.isNaN(value)) {
      note("R[%d][%d], task '%s' after task '%s'".formatted(i, j, name(j), name(i)));
    }
    return value;
  }

  /** The untrained model's accuracy on task j. */
  double untrained(int j) {
    double value = accuracy.untrained(j);
    if (Double.isNaN(value)) {
      note("R0[%d], task '%s' before training".formatted(j, name(j)));
    }
    return value;
  }

  private String name(int task) {
    return accuracy.tasks().get(task);
  }

  private void note(String cell) {
    if (missing.isEmpty()) {
      missing = cell + ", was not measured or has no meaning";
    }
  }
}
