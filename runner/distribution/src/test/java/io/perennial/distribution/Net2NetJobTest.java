package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Finding;
import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.api.Widening;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.RunResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A network that grows with its tasks, on real digits. */
class Net2NetJobTest {
  private static final String DIGITS =
      """
      name: growing
      pipeline: model-expansion
      scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: domain-incremental}
      model: {type: mlp, hidden: [4, 4]}
      training:
        epochs: 3
        batchSize: 32
        resetOptimizer: false
        optimizer: {type: adam, learningRate: 0.005}
      strategies: %s
      """;
  private static final String CONVOLUTIONAL =
      DIGITS.replace(
          "{type: mlp, hidden: [4, 4]}", "{type: convolutional, channels: [3], hidden: [6]}");
  private static final String GROWING =
      "{type: net2net, threshold: 0.97, widenBy: 1.7, noise: 0.05, maxParameters: 900}";
  private static final String WITH_EWC = "[" + GROWING + ", {type: ewc, lambda: 100}]";

  @TempDir Path directory;
  private int runs;

  private RunResult run(String yaml, int threads, String strategies, RunListener... listeners) {
    try (Perennial perennial = Perennial.start(threads)) {
      Path out = directory.resolve("run-" + runs++);
      RunOptions options = new RunOptions(out, false, List.of(listeners));
      return perennial.run(perennial.parse(yaml.formatted(strategies)), options).runs().get(0);
    }
  }

  private RunResult run(int threads, String strategies, RunListener... listeners) {
    return run(DIGITS, threads, strategies, listeners);
  }

  @Test
  void growsOnlyAsFarAsTheTasksNeedAndTheBudgetAllows() throws Exception {
    RunResult grown = run(2, "[" + GROWING + "]");
    List<Long> parameters = grown.parameters();
    assertThat(parameters).isSorted();
    assertThat(parameters.get(4)).isGreaterThan(parameters.get(0)).isBetween(400L, 900L);
    assertThat(Files.readAllLines(directory.resolve("run-0/artefacts/net2net/growth.csv")))
        .hasSize(6)
        .first()
        .asString()
        .contains("training accuracy per million parameters");
    RunResult content = run(2, "[{type: net2net, threshold: 0}]");
    assertThat(content.parameters()).containsOnly(290L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[" + GROWING + "]",
        WITH_EWC,
        "[{type: net2net, policy: always, deepen: true}, {type: ewc, online: true}]",
        "[{type: net2net, policy: plateau, patience: 1}, {type: ewc, penaltyStep: gradient}]"
      })
  void sameSeedSameBitsWhateverTheThreads(String strategies) {
    RunResult one = run(1, strategies);
    RunResult two = run(2, strategies);
    assertThat(two.parametersSha256()).isEqualTo(one.parametersSha256()).hasSize(64);
    assertThat(two.parameters()).isEqualTo(one.parameters());
    assertThat(one.parameters().get(4)).isGreaterThan(290);
  }

  @Test
  void aResumedRunIsEqualToTheBit() {
    RunResult whole = run(2, WITH_EWC);
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
      var parsed = perennial.parse(DIGITS.formatted(WITH_EWC));
      assertThatThrownBy(
              () -> perennial.run(parsed, new RunOptions(out, false, List.of(interruption))))
          .isInstanceOf(RunFailedException.class);
      RunResult resumed = perennial.run(parsed, new RunOptions(out, true, List.of())).runs().get(0);
      assertThat(resumed.parametersSha256()).isEqualTo(whole.parametersSha256());
      assertThat(resumed.artefacts())
          .usingRecursiveComparison()
          .withEqualsForType(Double::equals, Double.class) // NaN is equal to itself.
          .isEqualTo(whole.artefacts());
    }
  }

  @Test
  void ewcStillHoldsOldTasksInTheGrownNetwork() {
    String free = "[{type: net2net, policy: always, noise: 0.05}]";
    String guarded = "[{type: net2net, policy: always, noise: 0.05}, {type: ewc, lambda: 1e12}]";
    RunResult naive = run(2, free);
    RunResult ewc = run(2, guarded);
    assertThat(ewc.parameters()).isEqualTo(naive.parameters());
    // All but immovable: what was learned first is there at the end, three growths later.
    assertThat(ewc.accuracy().at(4, 0)).isGreaterThan(ewc.accuracy().at(0, 0) - 0.03);
    assertThat(naive.accuracy().at(4, 0)).isLessThan(ewc.accuracy().at(4, 0));
  }

  @Test
  void convolutionalNetworksWidenAndDeepenWithinTheBudgetWhateverTheThreads() {
    String grow =
        "[{type: net2net, policy: always, widenBy: 1.5, deepen: true, noise: 0.02,"
            + " maxParameters: 1500}, {type: ewc, lambda: 10}]";
    List<List<Integer>> layers = new ArrayList<>();
    RunListener looking =
        new RunListener() {
          @Override
          public void taskDone(Learner learner, AccuracyMatrix accuracy) {
            Widening model = (Widening) learner.model();
            layers.add(IntStream.range(0, model.hiddenLayers()).map(model::width).boxed().toList());
          }
        };
    RunResult one = run(CONVOLUTIONAL, 1, grow, looking);
    // Channels, channels that an inserted convolution copies, and dense units.
    assertThat(layers.get(0)).containsExactly(3, 6);
    assertThat(layers.get(4)).hasSizeGreaterThan(2);
    assertThat(layers.get(4).get(0)).isGreaterThan(3);
    assertThat(one.parameters()).isSorted().allMatch(count -> count <= 1500);
    assertThat(one.parameters().get(4)).isGreaterThan(2 * one.parameters().get(0));
    RunResult two = run(CONVOLUTIONAL, 2, grow);
    assertThat(two.parametersSha256()).isEqualTo(one.parametersSha256()).hasSize(64);
    assertThat(Results.of(List.of(one)).mean("averageAccuracy")).isGreaterThan(0.5);
  }

  @Test
  void ewcHoldsOldTasksInAConvolutionalNetworkThatGrew() {
    String always = "{type: net2net, policy: always, widenBy: 1.5, noise: 0.02}";
    RunResult free = run(CONVOLUTIONAL, 2, "[" + always + "]");
    RunResult held = run(CONVOLUTIONAL, 2, "[" + always + ", {type: ewc, lambda: 1e12}]");
    assertThat(held.parameters()).isEqualTo(free.parameters());
    assertThat(held.accuracy().at(4, 0)).isGreaterThan(held.accuracy().at(0, 0) - 0.03);
    assertThat(free.accuracy().at(4, 0)).isLessThan(held.accuracy().at(4, 0));
  }

  @Test
  void whatToExpectIsSaidBeforehand() {
    try (Perennial perennial = Perennial.start(2)) {
      String deepen = "[{type: net2net, deepen: true}, {type: ewc}]";
      List<Finding> findings = perennial.check(perennial.parse(DIGITS.formatted(deepen)));
      assertThat(findings).extracting(Finding::reason).anyMatch(r -> r.contains("guards them"));
    }
    assertThatThrownBy(() -> run(2, "[{type: net2net, maxParameters: 100}]"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("less than the 290 parameters");
  }
}
