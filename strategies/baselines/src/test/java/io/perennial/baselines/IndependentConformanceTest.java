package io.perennial.baselines;

import io.perennial.testkit.StrategyConformance;

class IndependentConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "independent";
  }

  /** The model has the parameters. */
  @Override
  protected long mostNumbersKept(int tasks, long parameters) {
    return 0;
  }
}
