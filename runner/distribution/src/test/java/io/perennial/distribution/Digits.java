package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import io.perennial.runner.result.RunResult;
import java.nio.file.Path;
import java.util.List;

/** Runs of model expansion on the embedded digits. */
final class Digits {
  static final String MLP = "{type: mlp, hidden: [60, 40]}";
  static final String CONVOLUTIONAL = "{type: convolutional, channels: [8, 6], hidden: [20]}";

  private final Path directory;
  private int runs;

  Digits(Path directory) {
    this.directory = directory;
  }

  /** A configuration; {@code scenario} lacks the data set only. */
  static String expansion(String scenario, int epochs, String strategies) {
    return expansion(scenario, MLP, epochs, strategies);
  }

  /** A configuration of any model; {@code scenario} lacks the data set only. */
  static String expansion(String scenario, String model, int epochs, String strategies) {
    return """
    name: expansion
    pipeline: model-expansion
    seed: 1
    scenario: {dataset: {type: digits}, %s}
    model: %s
    training: {epochs: %d, batchSize: 32, optimizer: {type: adam, learningRate: 0.002}}
    strategies: %s
    """
        .formatted(scenario, model, epochs, strategies);
  }

  RunResult run(int threads, String yaml, RunListener... listeners) {
    try (Perennial perennial = Perennial.start(threads)) {
      Path out = directory.resolve("run-" + runs++);
      return perennial
          .run(perennial.parse(yaml), new RunOptions(out, false, List.of(listeners)))
          .runs()
          .get(0);
    }
  }

  /** One, two and three threads, and a run that is interrupted before a task and resumed. */
  RunResult assertReproducible(String yaml, int interruptedBefore) {
    RunResult first = run(1, yaml);
    assertEqual(run(2, yaml), first);
    assertEqual(run(3, yaml), first);
    RunListener interruption =
        new RunListener() {
          @Override
          public void taskStarted(Learner learner, long steps) {
            if (learner.task().index() == interruptedBefore) {
              throw new IllegalStateException("power cut");
            }
          }
        };
    Path out = directory.resolve("interrupted-" + runs++);
    try (Perennial perennial = Perennial.start(2)) {
      var parsed = perennial.parse(yaml);
      assertThatThrownBy(
              () -> perennial.run(parsed, new RunOptions(out, false, List.of(interruption))))
          .isInstanceOf(RunFailedException.class)
          .hasMessageContaining("power cut");
      RunOptions resume = new RunOptions(out, true, List.of());
      assertEqual(perennial.run(parsed, resume).runs().get(0), first);
    }
    return first;
  }

  static void assertEqual(RunResult actual, RunResult expected) {
    assertThat(actual.parametersSha256()).isEqualTo(expected.parametersSha256()).hasSize(64);
    assertThat(actual.parameters()).isEqualTo(expected.parameters());
    assertThat(actual.artefacts())
        .usingRecursiveComparison()
        .withEqualsForType(Double::equals, Double.class) // NaN is equal to itself.
        .isEqualTo(expected.artefacts());
    AccuracyMatrix one = expected.accuracy();
    for (int i = 0; i < one.size(); i++) {
      for (int j = 0; j < one.size(); j++) {
        assertThat(actual.accuracy().at(i, j)).isEqualByComparingTo(one.at(i, j));
      }
    }
  }
}
