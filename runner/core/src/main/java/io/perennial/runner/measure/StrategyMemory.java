package io.perennial.runner.measure;

import io.perennial.api.Description;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import jakarta.inject.Inject;
import java.util.List;

/** What the strategies keep beside the model. */
@Description(
    "bytes of what the strategies keep beside the model: memories, importances, generators, gates")
final class StrategyMemory implements Metric {
  @Inject
  StrategyMemory() {}

  @Override
  public String name() {
    return "strategyBytes";
  }

  @Override
  public String formula() {
    return "bytes of all tensors in the strategies' states after the latest task";
  }

  @Override
  public Value compute(Measurements measured) {
    List<Long> bytes = measured.strategyBytes();
    return bytes.isEmpty()
        ? Value.missing("no task was learned yet")
        : Value.of(bytes.get(bytes.size() - 1));
  }
}
