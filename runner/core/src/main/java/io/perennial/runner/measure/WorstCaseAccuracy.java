package io.perennial.runner.measure;

import io.perennial.api.Description;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import jakarta.inject.Inject;

/** WC-ACC: what new and old tasks can be relied on for at the worst moment. */
@Description(
    value = "the last task's accuracy and the earlier ones' lowest, weighted by their number",
    paper = "arXiv 2205.13452")
final class WorstCaseAccuracy implements Metric {
  @Inject
  WorstCaseAccuracy() {}

  @Override
  public String name() {
    return "worstCaseAccuracy";
  }

  @Override
  public String formula() {
    return "WC-ACC = 1/T * R[T][T] + (1 - 1/T) * min-ACC";
  }

  @Override
  public Value compute(Measurements measured) {
    int tasks = measured.accuracy().size();
    Value lowest = new MinimumAccuracy().compute(measured);
    if (tasks > 1 && !lowest.present()) {
      return lowest;
    }
    Value newest = Cells.mean(measured.accuracy(), tasks - 1, tasks, (cells, j) -> cells.at(j, j));
    return newest.present() && tasks > 1
        ? Value.of(newest.number() / tasks + (1 - 1.0 / tasks) * lowest.number())
        : newest;
  }
}
