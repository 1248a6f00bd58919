package io.perennial.aware;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Metric;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.result.RunResult;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Handwritten digits under three permutations of their pixels: it forgets less than without it. */
class DigitsTest {
  @TempDir Path directory;

  @Test
  void itForgetsLess() {
    RunResult naive = run("");
    RunResult guarded = run("{type: memory-aware-synapses, lambda: 0.1}");
    assertThat(metric(guarded, "averageAccuracy"))
        .isGreaterThan(metric(naive, "averageAccuracy") + 0.05);
    assertThat(metric(guarded, "forgetting")).isLessThan(0.7 * metric(naive, "forgetting"));
  }

  private RunResult run(String strategy) {
    try (Perennial perennial = Perennial.start(1)) {
      Path out = directory.resolve(Integer.toString(strategy.length()));
      String yaml =
          """
          name: permuted digits
          pipeline: knowledge-retention
          seed: 1
          scenario: {type: permuted, dataset: digits, tasks: 3, setting: domain-incremental}
          model: {type: mlp, hidden: [100]}
          training: {epochs: 5, batchSize: 32, optimizer: {type: sgd, learningRate: 0.1}}
          evaluate: seen
          strategies: [%s]
          """
              .formatted(strategy);
      return perennial.run(perennial.parse(yaml), RunOptions.into(out)).runs().get(0);
    }
  }

  private static double metric(RunResult result, String name) {
    Metric.Value value = result.metrics().get(name);
    return value == null ? Double.NaN : value.number();
  }
}
