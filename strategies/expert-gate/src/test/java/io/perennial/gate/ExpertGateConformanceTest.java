package io.perennial.gate;

import io.perennial.api.Setting;
import io.perennial.testkit.StrategyConformance;

class ExpertGateConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: expert-gate, gateHidden: 3, gateIterations: 20}";
  }

  @Override
  protected Setting setting() {
    return Setting.CLASS_INCREMENTAL;
  }
}
