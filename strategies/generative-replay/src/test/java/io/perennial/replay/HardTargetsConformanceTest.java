package io.perennial.replay;

import io.perennial.api.LossTerm;
import io.perennial.api.Strategy;
import io.perennial.testkit.StrategyConformance;
import java.util.Set;

class HardTargetsConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: generative-replay, rows: 0.5, hidden: [10], latent: 3, generatorSteps: 2}";
  }

  /** The previous solver, and the generator with its moments. */
  @Override
  protected long mostNumbersKept(int tasks, long parameters) {
    return parameters + 3 * 400;
  }

  @Override
  protected Set<Class<? extends Strategy>> restingRoles() {
    return Set.of(LossTerm.class);
  }
}
