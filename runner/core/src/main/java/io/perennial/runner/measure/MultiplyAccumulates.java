package io.perennial.runner.measure;

import io.perennial.api.Description;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import jakarta.inject.Inject;
import java.util.OptionalLong;

/** What a prediction costs. */
@Description("multiplications by a weight for the prediction of one example")
final class MultiplyAccumulates implements Metric {
  @Inject
  MultiplyAccumulates() {}

  @Override
  public String name() {
    return "multiplyAccumulates";
  }

  @Override
  public String formula() {
    return "sum over layers of weights * positions they are applied at; routers and biases not"
        + " counted";
  }

  @Override
  public Value compute(Measurements measured) {
    OptionalLong count = measured.multiplyAccumulates();
    return count.isPresent()
        ? Value.of((double) count.getAsLong())
        : Value.missing("this model does not tell");
  }
}
