package io.perennial.runner.measure;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Description;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import jakarta.inject.Inject;

/** ACC: how good the final model is over all tasks. */
@Description(
    value = "the final model's accuracy, averaged over all tasks",
    paper = "arXiv 1706.08840, eq. 2")
final class AverageAccuracy implements Metric {
  @Inject
  AverageAccuracy() {}

  @Override
  public String name() {
    return "averageAccuracy";
  }

  @Override
  public String formula() {
    return "ACC = 1/T * sum_{j=1..T} R[T][j]";
  }

  @Override
  public Value compute(Measurements measured) {
    AccuracyMatrix accuracy = measured.accuracy();
    return Cells.mean(accuracy, 0, accuracy.size(), Cells::last);
  }
}
