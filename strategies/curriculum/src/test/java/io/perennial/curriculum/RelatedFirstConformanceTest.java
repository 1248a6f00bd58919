package io.perennial.curriculum;

import io.perennial.api.Strategy;
import io.perennial.api.TaskOrder;
import io.perennial.testkit.StrategyConformance;

class RelatedFirstConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "related-first";
  }

  @Override
  protected Class<? extends Strategy> kind() {
    return TaskOrder.class;
  }
}
