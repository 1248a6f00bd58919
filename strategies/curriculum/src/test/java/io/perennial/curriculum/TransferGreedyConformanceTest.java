package io.perennial.curriculum;

import io.perennial.api.Strategy;
import io.perennial.api.TaskOrder;
import io.perennial.testkit.StrategyConformance;

class TransferGreedyConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "transfer-greedy";
  }

  @Override
  protected Class<? extends Strategy> kind() {
    return TaskOrder.class;
  }
}
