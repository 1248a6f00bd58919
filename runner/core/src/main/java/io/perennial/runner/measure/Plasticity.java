package io.perennial.runner.measure;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Description;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import jakarta.inject.Inject;

/** LA: how well each task was learned when it was its turn. */
@Description(
    value = "each task's accuracy just after it was learned, averaged over all tasks",
    paper = "arXiv 1810.11910")
final class Plasticity implements Metric {
  @Inject
  Plasticity() {}

  @Override
  public String name() {
    return "plasticity";
  }

  @Override
  public String formula() {
    return "LA = 1/T * sum_{j=1..T} R[j][j]";
  }

  @Override
  public Value compute(Measurements measured) {
    AccuracyMatrix accuracy = measured.accuracy();
    return Cells.mean(accuracy, 0, accuracy.size(), (cells, j) -> cells.at(j, j));
  }
}
