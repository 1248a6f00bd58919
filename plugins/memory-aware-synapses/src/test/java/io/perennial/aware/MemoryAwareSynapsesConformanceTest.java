package io.perennial.aware;

import io.perennial.testkit.StrategyConformance;
import java.util.List;

class MemoryAwareSynapsesConformanceTest extends StrategyConformance {
  @Override
  protected String strategy() {
    return "{type: memory-aware-synapses, lambda: 2}";
  }

  @Override
  protected List<String> changingNothing() {
    return List.of(
        "{type: memory-aware-synapses, lambda: 0}",
        "{type: memory-aware-synapses, lambda: 0, implicitStep: false}");
  }

  /** An importance and an anchor a parameter. */
  @Override
  protected long mostNumbersKept(int tasks, long parameters) {
    return 2 * parameters + 1;
  }
}
