package io.perennial.curriculum;

import io.perennial.testkit.StrategyConformance;

class EasyToHardConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "easy-to-hard";
  }
}
