package io.perennial.ewc;

import io.perennial.api.Setting;
import io.perennial.testkit.StrategyConformance;

class ByStepsConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: ewc, lambda: 5, online: true, decay: 0.9, fisher: sampled, every: 7, recent: 20}";
  }

  /** It guards what the first stretch needed before the first task ends. */
  @Override
  protected boolean emptyAtFirst() {
    return false;
  }

  @Override
  protected Setting setting() {
    return Setting.DOMAIN_INCREMENTAL;
  }

  @Override
  protected long mostNumbersKept(int tasks, long parameters) {
    return super.mostNumbersKept(tasks, parameters) + 20 * 7;
  }
}
