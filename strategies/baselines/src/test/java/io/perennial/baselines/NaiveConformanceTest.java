package io.perennial.baselines;

import io.perennial.testkit.StrategyConformance;
import java.util.List;

class NaiveConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "naive";
  }

  @Override
  protected List<String> changingNothing() {
    return List.of("naive");
  }

  /** Nothing. */
  @Override
  protected long mostNumbersKept(int tasks, long parameters) {
    return 0;
  }
}
