package io.perennial.synaptic;

import io.perennial.testkit.StrategyConformance;
import java.util.List;

class SynapticIntelligenceConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: synaptic-intelligence, c: 5}";
  }

  @Override
  protected List<String> changingNothing() {
    return List.of(
        "{type: synaptic-intelligence, c: 0}",
        "{type: synaptic-intelligence, c: 0, implicitStep: false}");
  }
}
