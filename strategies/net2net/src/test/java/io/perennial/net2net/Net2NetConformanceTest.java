package io.perennial.net2net;

import io.perennial.testkit.StrategyConformance;

class Net2NetConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: net2net, threshold: 0.99}";
  }
}
