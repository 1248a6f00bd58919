package io.perennial.rehearsal;

import io.perennial.testkit.StrategyConformance;

class ExperienceReplayConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: experience-replay, memory: 40, rows: 0.5}";
  }

  /** The examples, with their labels and tasks, and what was seen of each class. */
  @Override
  protected long mostNumbersKept(int tasks, long parameters) {
    return 40 * (6 + 2) + 2L * tasks + 10;
  }
}
