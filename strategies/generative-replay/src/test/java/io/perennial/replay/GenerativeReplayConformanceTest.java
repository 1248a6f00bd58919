package io.perennial.replay;

import io.perennial.api.Setting;
import io.perennial.testkit.StrategyConformance;

class GenerativeReplayConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: generative-replay, targets: soft, temperature: 3, hidden: [10], latent: 3}";
  }

  @Override
  protected Setting setting() {
    return Setting.CLASS_INCREMENTAL;
  }

  /** The previous solver, and the generator with its moments. */
  @Override
  protected long mostNumbersKept(int tasks, long parameters) {
    return parameters + 3 * 400;
  }
}
