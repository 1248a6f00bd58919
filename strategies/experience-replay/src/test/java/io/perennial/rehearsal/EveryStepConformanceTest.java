package io.perennial.rehearsal;

import io.perennial.api.Setting;
import io.perennial.testkit.StrategyConformance;

class EveryStepConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: experience-replay, memory: 30, selection: class-balanced, fill: every-step}";
  }

  @Override
  protected Setting setting() {
    return Setting.CLASS_INCREMENTAL;
  }

  /** The second step of the first task has the rows of the first to rehearse. */
  @Override
  protected boolean emptyAtFirst() {
    return false;
  }
}
