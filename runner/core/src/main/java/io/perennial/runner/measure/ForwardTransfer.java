package io.perennial.runner.measure;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Description;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import jakarta.inject.Inject;

/** FWT: what earlier tasks did for later ones before these were learned. */
@Description(
    value = "each later task's accuracy just before it is learned, minus the untrained model's",
    paper = "arXiv 1706.08840, eq. 4")
final class ForwardTransfer implements Metric {
  @Inject
  ForwardTransfer() {}

  @Override
  public String name() {
    return "forwardTransfer";
  }

  @Override
  public String formula() {
    return "FWT = 1/(T-1) * sum_{j=2..T} (R[j-1][j] - R0[j])";
  }

  @Override
  public Value compute(Measurements measured) {
    AccuracyMatrix accuracy = measured.accuracy();
    return Cells.mean(
        accuracy, 1, accuracy.size(), (cells, j) -> cells.at(j - 1, j) - cells.untrained(j));
  }
}
