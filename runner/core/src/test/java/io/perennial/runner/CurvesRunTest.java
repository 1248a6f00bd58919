package io.perennial.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.AccuracyCurve;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.Metric;
import io.perennial.api.RunListener;
import io.perennial.runner.result.ResultsReader;
import io.perennial.runner.result.RunResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run measures beside R. */
class CurvesRunTest {
  @TempDir Path directory;

  private static String yaml(String more) {
    return """
    name: measured
    pipeline: knowledge-retention
    scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: task-incremental}
    model: {type: mlp, hidden: [6]}
    training: {iterations: 7, batchSize: 16}
    firstTasks: 3
    """
        + more;
  }

  private RunResult run(String name, String more, RunListener... listeners) {
    Path out = directory.resolve(name);
    try (Perennial perennial = Perennial.start(1)) {
      RunOptions options = new RunOptions(out, Files.exists(out), List.of(listeners));
      return perennial.run(perennial.parse(yaml(more)), options).runs().get(0);
    }
  }

  @Test
  void lookingChangesNothingAndSeesWhatItShould() {
    RunResult plain = run("plain", "");
    RunResult watched = run("watched", "curves: {every: 3, examples: 24}\n");
    assertThat(watched.parametersSha256()).isEqualTo(plain.parametersSha256());
    AccuracyCurve curve = watched.curve();
    assertThat(LongStream.range(0, curve.size()).map(k -> curve.step((int) k)))
        .containsExactly(0L, 3L, 6L, 7L, 10L, 13L, 14L, 17L, 20L, 21L);
    assertThat(curve.taskSteps()).containsExactly(7L, 14L, 21L);
    for (int task = 0; task < 3; task++) {
      // Each curve begins where its task does; where tasks end it is R, on all test examples.
      assertThat(curve.at(task == 0 ? 0 : 3 * task, task)).isNotNaN();
      assertThat(task == 0 ? Double.NaN : curve.at(3 * task - 1, task)).isNaN();
      assertThat(curve.at(9, task)).isEqualTo(watched.accuracy().at(2, task));
      assertThat(24 * curve.at(2, 0)).isCloseTo(Math.rint(24 * curve.at(2, 0)), offset());
    }
    assertThat(plain.curve().size()).isEqualTo(3);
    assertThat(watched.metrics().get("minimumAccuracy"))
        .satisfies(value -> assertThat(Objects.requireNonNull(value).present()).isTrue());
    assertThat(watched.conventions()).containsEntry("curves.every", "3");
    assertThat(directory.resolve("watched/artefacts/measures/confusion.csv")).isRegularFile();
    // 64 inputs, 6 hidden units, 6 classes by the third task
    assertThat(watched.metrics()).containsEntry("multiplyAccumulates", Metric.Value.of(420));
    assertThat(watched.metrics()).containsEntry("strategyBytes", Metric.Value.of(0));
    assertThat(watched.seconds().cpu()).isPositive();
    assertThat(new ResultsReader().read(directory.resolve("watched")).metrics())
        .isEqualTo(watched.metrics());
  }

  private static org.assertj.core.data.Offset<Double> offset() {
    return org.assertj.core.data.Offset.offset(1e-9);
  }

  @Test
  void anInterruptedRunEndsWithTheSameMeasures() {
    String more = "curves: {every: 3, examples: 24}\n";
    RunResult whole = run("whole", more);
    RunListener interrupting =
        new RunListener() {
          @Override
          public void taskDone(Learner learner, AccuracyMatrix accuracy) {
            if (learner.task().index() == 2) {
              throw new IllegalStateException("interrupted");
            }
          }
        };
    assertThatThrownBy(() -> run("parts", more, interrupting)).hasMessage("interrupted");
    RunResult parts = run("parts", more);
    assertThat(parts.metrics()).isEqualTo(whole.metrics());
    assertThat(parts.curve())
        .usingRecursiveComparison()
        .withComparatorForType(Double::compare, Double.class)
        .isEqualTo(whole.curve());
  }

  @Test
  void intransigenceIsMeasuredAgainstARunOfTheSameStreamAndSeed() {
    RunResult joint = run("joint", "");
    String against = "metrics: [{type: intransigence, joint: '%s'}]%n";
    RunResult own =
        run("own", against.formatted(directory.resolve("joint")) + "curves: {every: 0}\n");
    double expected = 0;
    for (int j = 0; j < 3; j++) {
      expected += (joint.accuracy().at(j, j) - own.accuracy().at(j, j)) / 3;
    }
    assertThat(own.metrics()).containsEntry("intransigence", Metric.Value.of(expected));
    RunResult other = run("other", against.formatted(directory.resolve("joint")) + "seed: 2\n");
    assertThat(Objects.requireNonNull(other.metrics().get("intransigence")).reason())
        .endsWith("joint has no complete run with seed 2 on the same stream of tasks");
    assertThatThrownBy(() -> run("none", against.formatted(directory.resolve("nowhere"))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("there is no such file");
    assertThat(directory.resolve("none")).doesNotExist();
  }
}
