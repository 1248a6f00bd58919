package io.perennial.baselines;

import io.perennial.testkit.StrategyConformance;

class JointConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: joint, restart: true}";
  }

  /** The run has the data. */
  @Override
  protected long mostNumbersKept(int tasks, long parameters) {
    return 0;
  }
}
