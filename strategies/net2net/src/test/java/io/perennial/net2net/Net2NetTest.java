package io.perennial.net2net;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Artefact;
import io.perennial.api.Composition;
import io.perennial.api.Expansion.Growth;
import io.perennial.api.Finding;
import io.perennial.api.Finding.Severity;
import io.perennial.api.Pipeline;
import io.perennial.api.RandomSource;
import io.perennial.api.Regularizer;
import io.perennial.api.Setting;
import io.perennial.api.Strategy;
import io.perennial.api.Task;
import io.perennial.models.Activation;
import io.perennial.models.Mlp;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import io.perennial.net2net.Net2Net.Policy;
import io.perennial.net2net.Net2Net.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class Net2NetTest {
  private static final int TASKS = 3;
  private final Workers workers = new Workers(1);
  private final RandomSource random = new RandomSource(1);
  private final Mlp model = mlp(Activation.RELU, 10, 6);
  private final FakeLearner learner = new FakeLearner(model);

  @AfterEach
  void stop() {
    model.close();
    workers.close();
  }

  private Mlp mlp(Activation activation, Integer... hidden) {
    return new Mlp(new long[] {4}, List.of(hidden), 2, activation, DataType.FLOAT, random, workers);
  }

  private static Settings settings(Policy policy, boolean deepen, long budget, int maxGrowths) {
    return new Settings(policy, 0.9, 2, 1.5, deepen, budget, 0, maxGrowths);
  }

  private Net2Net strategy(Policy policy) {
    return new Net2Net(settings(policy, false, 0, 2), random);
  }

  private static List<Finding> check(Net2Net strategy, Mlp model, Strategy... others) {
    List<Task> tasks = IntStream.range(0, TASKS).mapToObj(FakeLearner::task).toList();
    List<Strategy> all = new ArrayList<>(List.of(others));
    all.add(strategy);
    List<Finding> findings = new ArrayList<>();
    strategy.check(
        new Composition(Pipeline.MODEL_EXPANSION, Setting.TASK_INCREMENTAL, tasks, model, all),
        findings::add);
    return findings;
  }

  /** Three epochs of a task that end at an accuracy. */
  private Optional<Growth> phase(Net2Net strategy, double accuracy) {
    for (int epoch = 0; epoch < 3; epoch++) {
      assertThat(strategy.expandAfterEpoch(learner, accuracy)).isEmpty();
    }
    return strategy.expandAfterPhase(learner, accuracy);
  }

  @Test
  void alwaysGrowsBeforeEachTaskButTheFirst() {
    Net2Net strategy = strategy(Policy.ALWAYS);
    assertThat(strategy.expandBefore(learner)).isEmpty();
    assertThat(phase(strategy, 0.1)).isEmpty();
    assertThat(strategy.afterPhase(learner)).isZero();
    learner.task = 1;
    Growth growth = strategy.expandBefore(learner).orElseThrow();
    assertThat(growth.model()).isSameAs(model);
    assertThat(growth.map().newSize()).isEqualTo((int) model.parameterCount());
    assertThat(model.width(0)).isEqualTo(15);
    assertThat(model.width(1)).isEqualTo(9);
  }

  @Test
  void aTaskThatIsLearnedWellEnoughNeedsNoGrowth() {
    Net2Net strategy = strategy(Policy.ACCURACY_BELOW);
    assertThat(strategy.expandBefore(learner)).isEmpty();
    assertThat(phase(strategy, 0.9)).isEmpty();
    assertThat(strategy.afterPhase(learner)).isZero();
    assertThat(strategy.expandAfterPhase(learner, Double.NaN)).isEmpty();
  }

  @Test
  void growthAtTheEndOfATaskBringsAsManyEpochsAgain() {
    Net2Net strategy = strategy(Policy.ACCURACY_BELOW);
    strategy.expandBefore(learner);
    for (int growth = 0; growth < 2; growth++) {
      learner.phase = growth;
      assertThat(phase(strategy, 0.5)).isPresent();
      assertThat(strategy.afterPhase(learner)).isEqualTo(3);
    }
    learner.phase = 2;
    assertThat(phase(strategy, 0.5)).as("the most growths").isEmpty();
    assertThat(strategy.afterPhase(learner)).isZero();
    assertThat(model.width(0)).isEqualTo(23);
    learner.task = 1;
    learner.phase = 0;
    strategy.expandBefore(learner);
    assertThat(phase(strategy, 0.5)).as("another task may grow again").isPresent();
  }

  @Test
  void aPlateauIsSomeEpochsWithoutARise() {
    Net2Net strategy = strategy(Policy.PLATEAU);
    strategy.expandBefore(learner);
    assertThat(strategy.expandAfterEpoch(learner, 0.5)).isEmpty();
    assertThat(strategy.expandAfterEpoch(learner, 0.6)).isEmpty();
    assertThat(strategy.expandAfterEpoch(learner, 0.6)).isEmpty();
    assertThat(strategy.expandAfterEpoch(learner, 0.55)).isPresent();
    assertThat(strategy.afterPhase(learner)).isEqualTo(2);
    assertThat(strategy.expandAfterEpoch(learner, 0.8)).isEmpty();
    assertThat(strategy.afterPhase(learner)).isEqualTo(1);
    assertThat(strategy.expandAfterEpoch(learner, 0.95)).isEmpty();
    assertThat(strategy.expandAfterEpoch(learner, 0.95)).isEmpty();
    assertThat(strategy.expandAfterEpoch(learner, 0.95)).as("good enough").isEmpty();
    assertThat(strategy.afterPhase(learner)).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {158, 159, 170, 200, 250, 300, 500, 900, 5000})
  void theBudgetIsNeverExceeded(long budget) {
    for (boolean deepen : new boolean[] {false, true}) {
      try (Mlp own = mlp(Activation.RELU, 10, 6)) {
        FakeLearner here = new FakeLearner(own);
        Net2Net strategy = new Net2Net(settings(Policy.ALWAYS, deepen, budget, 1), random);
        assertThat(check(strategy, own)).isEmpty();
        for (here.task = 0; here.task < 10; here.task++) {
          strategy.expandBefore(here);
          own.growClasses(Math.min(6, 2 * here.task + 2), random);
          assertThat(own.parameterCount()).isLessThanOrEqualTo(budget);
        }
        if (budget < 1000) {
          // One more unit in each layer would not have fit any more.
          assertThat(strategy.expandBefore(here)).isEmpty();
        }
        assertThat(own.parameterCount()).isGreaterThan(budget / 2);
      }
    }
  }

  @Test
  void aBudgetBelowTheFirstNetworkIsRefused() {
    Net2Net strategy = new Net2Net(settings(Policy.ALWAYS, false, 157, 1), random);
    assertThat(check(strategy, model))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.ERROR);
              assertThat(finding.reason())
                  .isEqualTo(
                      "maxParameters: 157 is less than the 158 parameters that the network has with"
                          + " all its outputs before any growth.");
            });
  }

  @Test
  void whatCannotGrowIsRefused() {
    Net2Net deepening = new Net2Net(settings(Policy.ALWAYS, true, 0, 1), random);
    try (Mlp tanh = mlp(Activation.TANH, 3);
        Mlp flat = mlp(Activation.RELU)) {
      assertThat(check(deepening, tanh).get(0).reason()).contains("tanh").contains("identity");
      assertThat(check(deepening, flat).get(0).reason()).contains("no hidden layer");
    }
    assertThat(check(deepening, model)).isEmpty();
    Finding warning =
        check(
                deepening,
                model,
                new Regularizer() {
                  @Override
                  public double penalize(INDArray parameters, INDArray gradient) {
                    return 0;
                  }
                })
            .get(0);
    assertThat(warning.severity()).isEqualTo(Severity.WARNING);
    assertThat(warning.reason()).contains("no penalty guards them");
  }

  @Test
  void aSavedStrategyGoesOnToTheBit() {
    Settings noisy = new Settings(Policy.ALWAYS, 0.9, 2, 1.5, true, 0, 0.1, 2);
    Net2Net first = new Net2Net(noisy, new RandomSource(3));
    learner.task = 1;
    first.expandBefore(learner);
    first.expandAfterEpoch(learner, 0.75);
    first.afterTask(learner);
    try (Mlp copy = model.copy()) {
      Net2Net second = new Net2Net(noisy, new RandomSource(4));
      second.restore(first.save());
      learner.task = 2;
      first.expandBefore(learner);
      FakeLearner there = new FakeLearner(copy);
      there.task = 2;
      second.expandBefore(there);
      assertThat(Vectors.sha256(copy.parameters())).isEqualTo(Vectors.sha256(model.parameters()));
      assertThat(table(second).rows()).isEqualTo(table(first).rows());
    }
  }

  @Test
  void theTableTellsAccuracyPerParameter() {
    Net2Net strategy = strategy(Policy.ACCURACY_BELOW);
    strategy.expandBefore(learner);
    phase(strategy, 0.5);
    phase(strategy, 0.95);
    strategy.afterTask(learner);
    long parameters = model.parameterCount();
    assertThat(table(strategy).rows())
        .containsExactly(List.of("task 0", "15 9", parameters, 1L, 0.95, 0.95 / parameters * 1e6));
  }

  private static Artefact.Table table(Net2Net strategy) {
    return (Artefact.Table) strategy.artefacts().get(0);
  }
}
