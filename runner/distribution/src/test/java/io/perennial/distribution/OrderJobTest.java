package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.ResultsReader;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Orders of tasks and examples, on digits under noise and a permutation. */
class OrderJobTest {
  private static final String STREAM =
      """
      name: ordered
      pipeline: knowledge-retention
      scenario:
        type: sequence
        scenarios:
          - {type: noisy, dataset: {type: digits}, levels: [0.6, 0, 0.3]}
          - {type: permuted, dataset: {type: digits}, tasks: 2}
      model: {type: mlp, hidden: [20]}
      training: {epochs: 2, batchSize: 32, optimizer: {type: sgd, learningRate: 0.1}}
      """;

  @TempDir Path directory;
  private int runs;

  private Results run(int threads, String more, RunListener... listeners) {
    try (Perennial perennial = Perennial.start(threads)) {
      Path out = directory.resolve("run-" + runs++);
      return perennial.run(
          perennial.parse(STREAM + more), new RunOptions(out, false, List.of(listeners)));
    }
  }

  private static List<String> tasks(Results results) {
    return results.runs().get(0).accuracy().tasks();
  }

  @Test
  void easyFirstGoesFromCleanToNoisy() {
    List<String> easy = tasks(run(2, "order: {type: easy-first}\n"));
    List<String> hard = tasks(run(2, "order: {type: hard-first}\n"));
    assertThat(easy.subList(3, 5)).containsExactly("1: noise 3 (0.3)", "1: noise 1 (0.6)");
    assertThat(hard.subList(0, 2)).containsExactly("1: noise 1 (0.6)", "1: noise 3 (0.3)");
    assertThat(hard).containsExactlyInAnyOrderElementsOf(easy);
  }

  @Test
  void whatTheProbesFoundIsInTheResults() throws IOException {
    Results results = run(2, "order: {type: related-first}\n");
    Path artefacts = directory.resolve("run-0/artefacts/order");
    List<String> relatedness = Files.readAllLines(artefacts.resolve("relatedness.csv"));
    assertThat(relatedness).hasSize(6);
    // From clean digits: more to digits under noise than to permuted ones.
    String[] clean = relatedness.get(2).split(",", -1);
    assertThat(clean[0]).isEqualTo("1: noise 2 (0.0)");
    assertThat(Double.parseDouble(clean[3])).isGreaterThan(2 * Double.parseDouble(clean[5]));
    assertThat(Files.readAllLines(artefacts.resolve("difficulty.csv"))).hasSize(6);
    assertThat(Files.readAllLines(artefacts.resolve("probing.csv")).get(1)).startsWith("5,25,");
    assertThat(results.runs().get(0).conventions()).containsKey("order.relatedness");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "order: {type: transfer-greedy}\n",
        "order: {type: related-first}\nstrategies: [{type: ewc}]\n",
        "strategies: [{type: easy-to-hard, epochsToFull: 1}]\n",
        "strategies: [{type: easy-to-hard, pacing: root}, {type: ewc}]\n"
      })
  void sameSeedSameBitsWhateverTheThreads(String more) {
    Results one = run(1, more);
    Results two = run(2, more);
    assertThat(tasks(two)).isEqualTo(tasks(one));
    assertThat(two.runs().get(0).parametersSha256())
        .isEqualTo(one.runs().get(0).parametersSha256())
        .hasSize(64);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "order: {type: related-first}\n",
        "strategies: [{type: easy-to-hard, epochsToFull: 1}]\n"
      })
  void aResumedRunIsEqualToTheBit(String more) {
    RunResult whole = run(2, more).runs().get(0);
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
      var parsed = perennial.parse(STREAM + more);
      assertThatThrownBy(
              () -> perennial.run(parsed, new RunOptions(out, false, List.of(interruption))))
          .isInstanceOf(RunFailedException.class);
      RunResult resumed = perennial.run(parsed, new RunOptions(out, true, List.of())).runs().get(0);
      assertThat(resumed.parametersSha256()).isEqualTo(whole.parametersSha256());
    }
  }

  @Test
  void severalOrdersTellHowMuchTheOrderMatters() throws IOException {
    Results results = run(2, "orders: 3\nseeds: [1, 2]\n");
    assertThat(results.runs()).hasSize(6);
    assertThat(results.runs().stream().map(run -> run.accuracy().tasks()).distinct().count())
        .isBetween(3L, 6L);
    Path out = directory.resolve("run-0");
    assertThat(out.resolve("order-3/seed-2/results.json")).exists();
    assertThat(Files.readString(out.resolve("results.json")))
        .contains("orderSensitivity", "best", "worst", "order-2");
    Results read = new ResultsReader().readAll(out);
    assertThat(read.mean("averageAccuracy")).isEqualTo(results.mean("averageAccuracy"));
  }

  @Test
  void severalOrdersAreResumed() {
    Path out = directory.resolve("interrupted");
    int[] done = {0};
    RunListener interruption =
        new RunListener() {
          @Override
          public void taskStarted(Learner learner, long steps) {
            if (++done[0] > 7) {
              throw new IllegalStateException("power cut");
            }
          }
        };
    Results whole = run(2, "orders: 2\n");
    try (Perennial perennial = Perennial.start(2)) {
      var parsed = perennial.parse(STREAM + "orders: 2\n");
      assertThatThrownBy(
              () -> perennial.run(parsed, new RunOptions(out, false, List.of(interruption))))
          .isInstanceOf(RunFailedException.class);
      Results resumed = perennial.run(parsed, new RunOptions(out, true, List.of()));
      assertThat(resumed.runs().stream().map(RunResult::parametersSha256).toList())
          .isEqualTo(whole.runs().stream().map(RunResult::parametersSha256).toList());
    }
  }

  @Test
  void orderAndOrdersExcludeEachOther() {
    assertThatThrownBy(() -> run(2, "orders: 2\norder: {type: easy-first}\n"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("orders");
    assertThatThrownBy(() -> run(2, "orders: 2\nstrategies: [{type: net2net}]\n"))
        .isInstanceOf(InputException.class);
    assertThat(directory.resolve("run-1")).doesNotExist();
  }
}
