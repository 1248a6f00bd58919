package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.api.State;
import io.perennial.models.Vectors;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import io.perennial.runner.result.CheckpointStore;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.RunResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole way from a configuration to results, on real digits. */
class MainJobTest {
  private static final String DIGITS =
      """
      name: main job
      pipeline: %s
      seeds: %s
      scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: %s}
      model: {type: mlp, hidden: [100, 100]}
      training: {epochs: %d, batchSize: 32, optimizer: %s}
      strategies: %s
      """;
  private static final String SGD = "{type: sgd, learningRate: 0.1}";

  @TempDir Path directory;
  private int runs;

  private Results run(int threads, String yaml, RunListener... listeners) {
    try (Perennial perennial = Perennial.start(threads)) {
      Path out = directory.resolve("run-" + runs++);
      return perennial.run(perennial.parse(yaml), new RunOptions(out, false, List.of(listeners)));
    }
  }

  private static String yaml(String setting, int epochs, String optimizer, String strategies) {
    return DIGITS.formatted("knowledge-retention", "[1]", setting, epochs, optimizer, strategies);
  }

  private RunResult one(int threads, String yaml, RunListener... listeners) {
    return run(threads, yaml, listeners).runs().get(0);
  }

  private Results example(String name) {
    Path file =
        Path.of(System.getProperty("basedir", ".")).resolve("../../examples/" + name + ".yaml");
    try (Perennial perennial = Perennial.start(2)) {
      return perennial.run(
          perennial.read(file, List.of()).withSeeds(List.of(1L, 2L, 3L)),
          RunOptions.into(directory.resolve("run-" + runs++)));
    }
  }

  @Test
  void ewcForgetsLessThanNaiveAndJointIsTheUpperBound() {
    Results naive = example("permuted-digits-naive");
    Results ewc = example("permuted-digits-ewc");
    Results joint = example("permuted-digits-joint");
    assertThat(ewc.mean("forgetting")).isLessThan(naive.mean("forgetting") - 0.2);
    assertThat(ewc.mean("averageAccuracy"))
        .isBetween(naive.mean("averageAccuracy") + 0.1, joint.mean("averageAccuracy"));
    assertThat(joint.mean("averageAccuracy")).isGreaterThan(0.9);
    assertThat(joint.mean("forgetting")).isLessThan(0.1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "[{type: joint}]",
        "[{type: ewc, lambda: 50, fisher: exact}]",
        "[{type: ewc, lambda: 5, fisher: sampled, online: true, decay: 0.9}]",
        "[{type: ewc, lambda: 5, fisher: batch, penaltyStep: gradient}]"
      })
  void sameSeedSameBitsWhateverTheThreads(String strategies) {
    String adam = "{type: adam, learningRate: 0.002}";
    String config = yaml("task-incremental", 2, adam, strategies);
    RunResult first = one(1, config);
    for (int threads : new int[] {1, 2, 3}) {
      RunResult again = one(threads, config);
      assertThat(again.parametersSha256()).isEqualTo(first.parametersSha256()).hasSize(64);
      assertEqual(again.accuracy(), first.accuracy());
    }
    RunResult otherSeed = one(2, config.replace("[1]", "[2]"));
    assertThat(otherSeed.parametersSha256()).isNotEqualTo(first.parametersSha256());
  }

  @ParameterizedTest
  @ValueSource(strings = {"implicit", "gradient"})
  void lambdaZeroIsNaiveToTheBit(String penaltyStep) {
    String momentum = "{type: sgd, learningRate: 0.05, momentum: 0.9}";
    RunResult naive = one(2, yaml("class-incremental", 2, momentum, "[]"));
    RunResult ewc =
        one(
            2,
            yaml(
                "class-incremental",
                2,
                momentum,
                "[{type: ewc, lambda: 0, penaltyStep: " + penaltyStep + "}]"));
    assertThat(ewc.parametersSha256()).isEqualTo(naive.parametersSha256());
  }

  @Test
  void aHugeLambdaLeavesEveryGuardedParameterWhereItWas() {
    Path out = directory.resolve("huge");
    Results results;
    State early;
    try (Perennial perennial = Perennial.start(2)) {
      var parsed =
          perennial.parse(yaml("domain-incremental", 5, SGD, "[{type: ewc, lambda: 1e12}]"));
      List<RunListener> stop = List.of(interruptionAt(1));
      assertThatThrownBy(() -> perennial.run(parsed, new RunOptions(out, false, stop)))
          .isInstanceOf(RunFailedException.class);
      early = latest(out);
      results = perennial.run(parsed, new RunOptions(out, true, List.of()));
    }
    double[] importance =
        values(early.part("strategies").part("ewc").part("penalty").tensor("importance"));
    double[] first = values(early.part("model").tensor("parameters"));
    double[] last = values(latest(out).part("model").tensor("parameters"));
    AccuracyMatrix accuracy = results.runs().get(0).accuracy();
    int guarded = 0;
    for (int i = 0; i < first.length; i++) {
      // At 1e12 times 1e-6 the penalty outweighs the loss ten thousand times.
      if (importance[i] > 1e-6) {
        guarded++;
        assertThat(Math.abs(last[i] - first[i])).isLessThan(1e-3);
      }
    }
    assertThat(guarded).isGreaterThan(first.length / 4);
    // Intransigence: the first task is kept, the last one is not learned.
    assertThat(accuracy.at(4, 0)).isGreaterThan(0.9);
    assertThat(accuracy.at(4, 4)).isLessThan(0.9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[{type: ewc, lambda: 50, fisher: sampled}]", "[{type: joint}]"})
  void aResumedRunIsEqualToTheBit(String strategies) {
    String config = yaml("class-incremental", 3, "{type: adam, learningRate: 0.002}", strategies);
    config = config.replace("epochs: 3", "epochs: 3, resetOptimizer: false");
    RunResult whole = one(2, config);
    Path out = directory.resolve("interrupted");
    try (Perennial perennial = Perennial.start(2)) {
      var parsed = perennial.parse(config);
      assertThatThrownBy(
              () -> perennial.run(parsed, new RunOptions(out, false, List.of(interruptionAt(3)))))
          .isInstanceOf(RunFailedException.class)
          .hasMessageContaining("power cut");
      RunResult resumed =
          perennial
              .run(parsed, new RunOptions(out, true, List.of(new RunListener() {})))
              .runs()
              .get(0);
      assertThat(resumed.parametersSha256()).isEqualTo(whole.parametersSha256());
      assertEqual(resumed.accuracy(), whole.accuracy());
    }
  }

  @Test
  void independentForgetsNothing() {
    String expansion =
        DIGITS.formatted(
            "model-expansion", "[1]", "task-incremental", 3, SGD, "[{type: independent}]");
    Results results = run(2, expansion);
    assertThat(results.mean("forgetting")).isEqualTo(0);
    List<Long> parameters = results.runs().get(0).parameters();
    assertThat(parameters.get(4)).isGreaterThan(4 * parameters.get(0));
    assertThatThrownBy(() -> run(2, expansion.replace("task-incremental", "domain-incremental")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("task label");
  }

  @Test
  void aDivergingRunStopsAndKeepsWhatWasMeasured() {
    String config =
        yaml(
            "domain-incremental",
            3,
            "{type: sgd, learningRate: 0.1}",
            "[{type: ewc, lambda: 1e9, penaltyStep: gradient}]");
    assertThatThrownBy(() -> run(2, config))
        .isInstanceOfSatisfying(
            RunFailedException.class,
            e -> {
              assertThat(e).hasMessageContaining("task '2/3'").hasMessageContaining("step");
              assertThat(e).hasMessageContaining("penaltyStep: implicit");
              RunResult kept = e.results().runs().get(0);
              assertThat(kept.status()).isEqualTo(RunResult.Status.FAILED);
              assertThat(kept.accuracy().at(0, 0)).isGreaterThan(0.9);
            });
    assertThat(directory.resolve("run-0/seed-1/results.json")).content().contains("failed");
  }

  @Test
  void nothingIsWrittenWhenTheCompositionIsRefused() {
    String two = "[{type: joint}, {type: joint, restart: true}]";
    assertThatThrownBy(() -> run(2, yaml("domain-incremental", 1, SGD, two)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Sampling");
    assertThat(Files.exists(directory.resolve("run-0"))).isFalse();
  }

  private static RunListener interruptionAt(int task) {
    return new RunListener() {
      @Override
      public void taskStarted(Learner learner, long steps) {
        if (learner.task().index() == task) {
          throw new IllegalStateException("power cut");
        }
      }
    };
  }

  private static State latest(Path run) {
    return new CheckpointStore(run.resolve("seed-1/checkpoint")).latest().orElseThrow().state();
  }

  private static double[] values(org.nd4j.linalg.api.ndarray.INDArray array) {
    double[] values = new double[Math.toIntExact(array.length())];
    Vectors.read(array, values);
    return values;
  }

  private static void assertEqual(AccuracyMatrix actual, AccuracyMatrix expected) {
    for (int i = 0; i < expected.size(); i++) {
      for (int j = 0; j < expected.size(); j++) {
        assertThat(actual.at(i, j)).isEqualByComparingTo(expected.at(i, j));
      }
    }
  }
}
