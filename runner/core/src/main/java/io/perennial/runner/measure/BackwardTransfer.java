package io.perennial.runner.measure;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Description;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import jakarta.inject.Inject;

/** BWT: what learning later tasks did to earlier ones; negative when they were forgotten. */
@Description(
    value = "change of each earlier task's accuracy since it was learned; negative is forgetting",
    paper = "arXiv 1706.08840, eq. 3")
final class BackwardTransfer implements Metric {
  @Inject
  BackwardTransfer() {}

  @Override
  public String name() {
    return "backwardTransfer";
  }

  @Override
  public String formula() {
    return "BWT = 1/(T-1) * sum_{j=1..T-1} (R[T][j] - R[j][j])";
  }

  @Override
  public Value compute(Measurements measured) {
    AccuracyMatrix accuracy = measured.accuracy();
    return Cells.mean(
        accuracy, 0, accuracy.size() - 1, (cells, j) -> cells.last(j) - cells.at(j, j));
  }
}
