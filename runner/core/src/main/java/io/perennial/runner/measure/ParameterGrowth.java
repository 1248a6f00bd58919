package io.perennial.runner.measure;

import io.perennial.api.Description;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import jakarta.inject.Inject;
import java.util.List;

/** How much the model grew. */
@Description("the parameters after the latest task as a multiple of those after the first")
final class ParameterGrowth implements Metric {
  @Inject
  ParameterGrowth() {}

  @Override
  public String name() {
    return "parameterGrowth";
  }

  @Override
  public String formula() {
    return "P_T / P_1, frozen parameters included";
  }

  @Override
  public Value compute(Measurements measured) {
    List<Long> parameters = measured.parameters();
    return parameters.isEmpty()
        ? Value.missing("no task was learned yet")
        : Value.of((double) parameters.get(parameters.size() - 1) / parameters.get(0));
  }
}
