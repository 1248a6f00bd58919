package io.perennial.ewc;

import io.perennial.api.Setting;
import io.perennial.testkit.StrategyConformance;

class OnlineConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: ewc, lambda: 5, online: true, decay: 0.9, fisher: sampled, penaltyStep: gradient}";
  }

  @Override
  protected Setting setting() {
    return Setting.DOMAIN_INCREMENTAL;
  }
}
