package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import io.perennial.runner.result.RunResult;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Generative replay from a configuration to results, on real digits. */
class GenerativeReplayRunTest {
  private static final String DIGITS =
      """
      name: replay
      pipeline: %s
      scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: %s}
      model: {type: mlp, hidden: [100, 100]}
      training: {iterations: %d, batchSize: 32, optimizer: {type: adam, learningRate: 0.001}}
      strategies: %s
      """;

  /** Wide enough for its batches to be divided among threads. */
  private static final String HARD = "{type: generative-replay, hidden: [400], latent: 16}";

  private static final String SOFT =
      "{type: generative-replay, hidden: [400], latent: 16, targets: soft, rows: 0.5}";

  @TempDir Path directory;
  private int runs;

  private static String yaml(String setting, int iterations, String strategies) {
    return DIGITS.formatted("knowledge-retention", setting, iterations, strategies);
  }

  private RunResult run(int threads, String yaml) {
    try (Perennial perennial = Perennial.start(threads)) {
      Path out = directory.resolve("run-" + runs++);
      return perennial.run(perennial.parse(yaml), RunOptions.into(out)).runs().get(0);
    }
  }

  private static double average(RunResult result) {
    double sum = 0;
    for (int j = 0; j < 5; j++) {
      sum += result.accuracy().at(4, j);
    }
    return sum / 5;
  }

  @Test
  void withoutTaskLabelsItRemembersWhatOthersForget() {
    double naive = average(run(2, yaml("class-incremental", 300, "[]")));
    double ewc = average(run(2, yaml("class-incremental", 300, "[{type: ewc, lambda: 1000}]")));
    double hard = average(run(2, yaml("class-incremental", 300, "[" + HARD + "]")));
    double soft = average(run(2, yaml("class-incremental", 300, "[" + SOFT + "]")));
    assertThat(naive).isLessThan(0.4);
    assertThat(hard).isGreaterThan(0.7).isGreaterThan(Math.max(naive, ewc) + 0.3);
    assertThat(soft).isGreaterThan(0.7).isGreaterThan(Math.max(naive, ewc) + 0.3);
    assertThat(directory.resolve("run-2/artefacts/generative-replay"))
        .isDirectoryContaining("glob:**/samples-after-task-1.png")
        .isDirectoryContaining("glob:**/samples-after-task-5.png");
  }

  @ParameterizedTest
  @ValueSource(strings = {HARD, SOFT})
  void sameBitsWhateverTheThreads(String strategy) {
    for (String setting : List.of("task-incremental", "class-incremental")) {
      String config = yaml(setting, 20, "[" + strategy + "]");
      RunResult one = run(1, config);
      assertThat(run(2, config).parametersSha256()).isEqualTo(one.parametersSha256());
      assertThat(run(3, config).parametersSha256()).isEqualTo(one.parametersSha256());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {HARD, SOFT})
  void aResumedRunIsEqualToTheBit(String strategy) {
    String config = yaml("task-incremental", 20, "[{type: ewc}, " + strategy + "]");
    RunResult whole = run(2, config);
    Path out = directory.resolve("interrupted");
    RunListener interruption =
        new RunListener() {
          @Override
          public void taskStarted(Learner learner, long steps) {
            if (learner.task().index() == 3) {
              throw new IllegalStateException("power cut");
            }
          }
        };
    try (Perennial perennial = Perennial.start(2)) {
      var parsed = perennial.parse(config);
      assertThatThrownBy(
              () -> perennial.run(parsed, new RunOptions(out, false, List.of(interruption))))
          .isInstanceOf(RunFailedException.class);
      RunResult resumed = perennial.run(parsed, new RunOptions(out, true, List.of())).runs().get(0);
      assertThat(resumed.parametersSha256()).isEqualTo(whole.parametersSha256());
    }
  }

  @Test
  void thereIsNothingToRehearseInANetworkForEachTask() {
    String config =
        DIGITS.formatted(
            "model-expansion", "task-incremental", 5, "[{type: independent}, " + HARD + "]");
    assertThatThrownBy(() -> run(2, config))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("nothing to rehearse");
  }
}
