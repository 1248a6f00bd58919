package io.perennial.averagedgem;

import io.perennial.testkit.StrategyConformance;

class AveragedGemConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: averaged-gem, examplesPerTask: 12, batchSize: 16}";
  }

  /** Each task's examples, with their labels and tasks, and its counts; the generator. */
  @Override
  protected long mostNumbersKept(int tasks, long parameters) {
    return tasks * (12L * (6 + 2) + 3) + 10;
  }
}
