package io.perennial.progressive;

import io.perennial.testkit.StrategyConformance;

class ProgressiveNetworkConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: progressive-network, adapterWidth: 3}";
  }

  /** A row of the table of growth a task. */
  @Override
  protected long mostNumbersKept(int tasks, long parameters) {
    return 3L * tasks;
  }
}
