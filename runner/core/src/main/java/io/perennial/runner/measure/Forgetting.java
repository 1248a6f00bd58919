package io.perennial.runner.measure;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Description;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import jakarta.inject.Inject;

/** Forgetting: how far each earlier task fell from the best it ever was. */
@Description(
    value = "each earlier task's best accuracy since it was learned, minus its final one",
    paper = "arXiv 1801.10112, eq. 2 and 3")
final class Forgetting implements Metric {
  @Inject
  Forgetting() {}

  @Override
  public String name() {
    return "forgetting";
  }

  @Override
  public String formula() {
    return "F = 1/(T-1) * sum_{j=1..T-1} (max_{j<=i<T} R[i][j] - R[T][j])";
  }

  @Override
  public Value compute(Measurements measured) {
    AccuracyMatrix accuracy = measured.accuracy();
    int last = accuracy.size() - 1;
    return Cells.mean(accuracy, 0, last, (cells, j) -> best(cells, j, last) - cells.last(j));
  }

  private static double best(Cells cells, int task, int last) {
    double best = Double.NEGATIVE_INFINITY;
    for (int i = task; i < last; i++) {
      best = Math.max(best, cells.at(i, task));
    }
    return best;
  }
}
