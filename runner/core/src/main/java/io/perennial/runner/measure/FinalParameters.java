package io.perennial.runner.measure;

import io.perennial.api.Description;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import jakarta.inject.Inject;
import java.util.List;

/** What the model costs to keep in the end. */
@Description("the parameters of the model after the latest task, frozen ones included")
final class FinalParameters implements Metric {
  @Inject
  FinalParameters() {}

  @Override
  public String name() {
    return "finalParameters";
  }

  @Override
  public String formula() {
    return "P_T";
  }

  @Override
  public Value compute(Measurements measured) {
    List<Long> parameters = measured.parameters();
    return parameters.isEmpty()
        ? Value.missing("no task was learned yet")
        : Value.of(parameters.get(parameters.size() - 1));
  }
}
