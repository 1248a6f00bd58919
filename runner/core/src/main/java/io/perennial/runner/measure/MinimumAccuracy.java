package io.perennial.runner.measure;

import io.perennial.api.Description;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import jakarta.inject.Inject;

/** min-ACC: how low old tasks fell at the worst moment. */
@Description(
    value = "each earlier task's lowest accuracy at any measured step after it was learned",
    paper = "arXiv 2205.13452")
final class MinimumAccuracy implements Metric {
  @Inject
  MinimumAccuracy() {}

  @Override
  public String name() {
    return "minimumAccuracy";
  }

  @Override
  public String formula() {
    return "min-ACC = 1/(T-1) * sum_{j=1..T-1} min over measured steps s > e_j of a_j(s)";
  }

  @Override
  public Value compute(Measurements measured) {
    return measured.accuracy().size() < 2
        ? Value.missing("it compares tasks, and there is only one")
        : Points.mean(measured, 1, task -> Points.lowestAfter(measured.curve(), task));
  }
}
