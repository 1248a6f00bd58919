package io.perennial.averagedgem;

import io.perennial.api.Setting;
import io.perennial.testkit.StrategyConformance;

/** New classes compete with the remembered ones. */
class NewClassesConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: averaged-gem, examplesPerTask: 12, batchSize: 64}";
  }

  @Override
  protected Setting setting() {
    return Setting.CLASS_INCREMENTAL;
  }

  @Override
  protected long mostNumbersKept(int tasks, long parameters) {
    return tasks * (12L * (6 + 2) + 3) + 10;
  }
}
