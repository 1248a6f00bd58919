package io.perennial.ewc;

import io.perennial.testkit.StrategyConformance;
import java.util.List;

class ElasticWeightConsolidationConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: ewc, lambda: 20}";
  }

  @Override
  protected List<String> changingNothing() {
    return List.of("{type: ewc, lambda: 0}", "{type: ewc, lambda: 0, penaltyStep: gradient}");
  }

  /** Importance and anchor of each parameter, a constant, and the generator. */
  @Override
  protected long mostNumbersKept(int tasks, long parameters) {
    return 2 * parameters + 3 + 6; // Three numbers, and how long each of six tensors is.
  }
}
