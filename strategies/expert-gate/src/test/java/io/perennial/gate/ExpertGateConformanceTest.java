package io.perennial.gate;

import io.perennial.api.Regularizer;
import io.perennial.api.Setting;
import io.perennial.api.Strategy;
import io.perennial.testkit.StrategyConformance;
import java.util.Set;

class ExpertGateConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: expert-gate, gateHidden: 3, gateIterations: 20}";
  }

  @Override
  protected Setting setting() {
    return Setting.CLASS_INCREMENTAL;
  }

  @Override
  protected Set<Class<? extends Strategy>> restingRoles() {
    return Set.of(Regularizer.class);
  }
}
