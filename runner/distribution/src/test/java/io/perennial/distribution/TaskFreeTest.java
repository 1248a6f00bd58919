package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.RunResult;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams without boundaries: who is admitted, what is measured, and that it can be resumed. */
class TaskFreeTest {
  private static final String STREAM =
      """
      name: task-free
      pipeline: %s
      scenario:
        type: task-free
        passes: 2
        scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: domain-incremental}
      model: {type: mlp, hidden: [16]}
      training: {batchSize: 16, optimizer: {type: sgd, learningRate: 0.1, momentum: 0.5}}
      strategies: [%s]
      """;
  private static final String BY_STEPS = "{type: ewc, online: true, every: 20, lambda: 10}";

  @TempDir private Path directory;
  private static final Perennial ONE = Perennial.start(1);
  private static final Perennial TWO = Perennial.start(2);

  @AfterAll
  static void close() {
    ONE.close();
    TWO.close();
  }

  private static String yaml(String strategies) {
    return STREAM.formatted("knowledge-retention", strategies);
  }

  private Results run(Perennial perennial, String yaml, String name) {
    return perennial.run(perennial.parse(yaml), RunOptions.into(directory.resolve(name)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{type: naive}", BY_STEPS})
  void strategiesThatLiveOnStepsLearnOnAnyNumberOfThreads(String strategies) {
    RunResult result = run(ONE, yaml(strategies), "one").runs().get(0);
    assertThat(result.status()).isEqualTo(RunResult.Status.COMPLETE);
    AccuracyMatrix accuracy = result.accuracy();
    for (int i = 0; i < 5; i++) {
      assertThat(accuracy.at(i, i)).as("task %d when it has passed", i).isGreaterThan(0.7);
      for (int j = 0; j < 5; j++) {
        assertThat(accuracy.at(i, j)).isBetween(0.0, 1.0);
      }
    }
    assertThat(run(TWO, yaml(strategies), "two").runs().get(0).parametersSha256())
        .isEqualTo(result.parametersSha256());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{type: ewc}",
        "{type: ewc, online: true}",
        "{type: joint}",
        "{type: generative-replay}",
        "{type: easy-to-hard}"
      })
  void whoNeedsBoundariesIsRefusedWithAReason(String strategy) {
    assertThatThrownBy(() -> run(ONE, yaml(strategy), "refused"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("needs to be told where a task begins or ends")
        .hasMessageContaining("this stream has no boundaries");
    assertThat(directory.resolve("refused")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{type: independent}",
        "{type: progressive-network}",
        "{type: expert-gate}",
        "{type: net2net}"
      })
  void whatGrowsAtBoundariesIsRefused(String strategy) {
    assertThatThrownBy(() -> run(ONE, STREAM.formatted("model-expansion", strategy), "refused"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("this stream has no boundaries");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epochs: 2", "iterations: 100", "patience: 1"})
  void theStreamPassesByOnce(String setting) {
    assertThatThrownBy(
            () ->
                run(ONE, yaml("").replace("training: {", "training: {" + setting + ", "), "again"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("passes by once")
        .hasMessageContaining("set the scenario's passes");
  }

  @Test
  void itsPartsCannotBeRearranged() {
    assertThatThrownBy(() -> run(ONE, yaml("") + "order: {type: random}\n", "order"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a stream without boundaries has none to rearrange");
  }

  @Test
  void scheduledConsolidationNeedsCompetingClassesToBeTheSame() {
    String labelled =
        """
        name: labelled
        scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: task-incremental}
        model: {type: mlp, hidden: [16]}
        strategies: [%s]
        """;
    assertThatThrownBy(
            () ->
                run(
                    ONE,
                    "pipeline: knowledge-retention\n" + labelled.formatted(BY_STEPS),
                    "labelled"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Set every: 0");
  }

  /** Stops a run in the middle of the stream, where something may be half collected. */
  private static final class Interruption implements RunListener {
    @Override
    public void taskStarted(Learner learner, long steps) {
      if (learner.task().index() == 3) {
        throw new IllegalStateException("interrupted");
      }
    }
  }

  @Test
  void anInterruptedRunGoesOnToTheBit() {
    String whole = run(ONE, yaml(BY_STEPS), "whole").runs().get(0).parametersSha256();
    Path out = directory.resolve("halves");
    assertThatThrownBy(
            () ->
                ONE.run(
                    ONE.parse(yaml(BY_STEPS)),
                    new RunOptions(out, false, List.of(new Interruption()))))
        .isInstanceOf(RunFailedException.class);
    Results resumed = ONE.run(ONE.parse(yaml(BY_STEPS)), new RunOptions(out, true, List.of()));
    assertThat(resumed.runs().get(0).parametersSha256()).isEqualTo(whole);
  }

  @Test
  void blurredTasksAdmitEveryStrategy() {
    String blurred =
        yaml("{type: ewc, lambda: 1}")
            .replace("type: task-free", "type: blurry")
            .replace("  passes: 2\n", "");
    RunResult result = run(ONE, blurred, "blurred").runs().get(0);
    assertThat(result.status()).isEqualTo(RunResult.Status.COMPLETE);
    assertThat(result.accuracy().at(4, 4)).isGreaterThan(0.7);
  }
}
