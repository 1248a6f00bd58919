package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Artefact;
import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.Metric;
import io.perennial.api.RandomSource;
import io.perennial.api.RunListener;
import io.perennial.models.ProgressiveColumns;
import io.perennial.models.Vectors;
import io.perennial.runner.result.RunResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class ProgressiveNetworkTest {
  private static final String COLUMNS = "[{type: progressive-network}]";
  private static final int DENSE_SIZE = 64 * 60 + 60 + 60 * 40 + 40 + 40 * 2 + 2;
  private static final int CONVOLUTIONAL_SIZE =
      9 * 8 + 8 + 8 * 9 * 6 + 6 + 24 * 20 + 20 + 20 * 2 + 2;

  @TempDir Path directory;
  private Digits digits;

  @BeforeEach
  void prepare() {
    digits = new Digits(directory);
  }

  private static String split(int tasks, String setting, double validation, String strategies) {
    return split(tasks, setting, validation, Digits.MLP, strategies);
  }

  private static String split(
      int tasks, String setting, double validation, String model, String strategies) {
    String scenario =
        "type: split, tasks: %d, setting: %s, validation: %s".formatted(tasks, setting, validation);
    return Digits.expansion(scenario, model, 3, strategies);
  }

  /** A model, its size with two classes, and what each layer but the first takes and makes. */
  static Stream<Arguments> models() {
    return Stream.of(
        Arguments.of(Digits.MLP, DENSE_SIZE, new int[][] {{60, 60, 40}, {40, 40, 2}}),
        Arguments.of(
            Digits.CONVOLUTIONAL,
            CONVOLUTIONAL_SIZE,
            new int[][] {{8, 8, 9 * 6}, {6, 24, 20}, {20, 20, 2}}));
  }

  /** What columns answer to fixed images and the bits of their parameters, after each task. */
  private static final class Recorder implements RunListener {
    private final INDArray images = Vectors.create(DataType.FLOAT, 11, 64);
    final List<List<String>> parameters = new ArrayList<>();
    final List<List<String>> outputs = new ArrayList<>();

    Recorder() {
      Vectors.write(new RandomSource(7).doubles(11 * 64).toArray(), images);
    }

    @Override
    public void taskDone(Learner learner, AccuracyMatrix accuracy) {
      ProgressiveColumns columns = (ProgressiveColumns) learner.model();
      List<String> bits = new ArrayList<>();
      List<String> answers = new ArrayList<>();
      for (int c = 0; c < columns.size(); c++) {
        bits.add(Vectors.sha256(columns.parameters(c)));
        int[] tasks = new int[11];
        Arrays.fill(tasks, c);
        double[] logits = new double[11 * columns.classes()];
        Vectors.read(columns.forward(images, tasks, false), logits);
        double[] own = Arrays.stream(logits).filter(v -> v > -1e29).toArray();
        answers.add(Arrays.toString(own));
      }
      parameters.add(bits);
      outputs.add(answers);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void forgetsExactlyNothingAndOldColumnsKeepEveryBit(String model, long size, int[][] layers) {
    Recorder recorder = new Recorder();
    RunResult result =
        digits.run(
            2,
            split(5, "task-incremental", 0, model, COLUMNS).replace("epochs: 3", "epochs: 8"),
            recorder);
    AccuracyMatrix accuracy = result.accuracy();
    for (int j = 0; j < 5; j++) {
      assertThat(accuracy.at(j, j)).isGreaterThan(0.85);
      for (int i = j; i < 5; i++) {
        assertThat(accuracy.at(i, j)).isEqualTo(accuracy.at(j, j));
        assertThat(recorder.parameters.get(i).get(j)).isEqualTo(recorder.parameters.get(j).get(j));
        assertThat(recorder.outputs.get(i).get(j)).isEqualTo(recorder.outputs.get(j).get(j));
      }
      for (int i = 0; i < j; i++) {
        assertThat(accuracy.at(i, j)).isNaN();
      }
    }
    assertThat(result.metrics().get("forgetting")).isEqualTo(Metric.Value.of(0));
    assertThat(result.parameters().get(0)).isEqualTo(size);
    Artefact.Table growth = (Artefact.Table) artefacts(result).get(0);
    assertThat(growth.rows()).hasSize(5);
    for (int t = 0; t < 5; t++) {
      assertThat(growth.rows().get(t).get(2)).isEqualTo(result.parameters().get(t));
    }
  }

  private static List<Artefact> artefacts(RunResult result) {
    return result.artefacts().getOrDefault("progressive-network", List.of());
  }

  @ParameterizedTest
  @CsvSource({"0, false", "7, false", "0, true", "3, true"})
  void sameBitsForAnyThreadsAndResumed(int adapterWidth, boolean convolutional) {
    String strategies = "[{type: progressive-network, adapterWidth: " + adapterWidth + "}]";
    String model = convolutional ? Digits.CONVOLUTIONAL : Digits.MLP;
    digits.assertReproducible(split(5, "task-incremental", 0, model, strategies), 3);
  }

  /** The parameters are those of the formula in docs/strategies.md. */
  @ParameterizedTest
  @MethodSource("models")
  void twentyTasksStayFiniteAndAreKept(String model, long size, int[][] layers) {
    String permuted = "type: permuted, tasks: 20, setting: task-incremental";
    RunResult result = digits.run(2, Digits.expansion(permuted, model, 2, COLUMNS));
    long ofTheLast = layers[layers.length - 1][1] + 1L;
    long expected = 0;
    for (int k = 0; k < 20; k++) {
      int classes = 10 * (k + 1); // Every task brings its own.
      expected += size + (classes - 2) * ofTheLast;
      for (int l = 0; k > 0 && l < layers.length; l++) {
        int out = l == layers.length - 1 ? classes : layers[l][2];
        long a = (layers[l][0] + k - 1L) / k;
        expected += k + a * k * layers[l][1] + a + a * out;
      }
      assertThat(result.parameters().get(k)).isEqualTo(expected);
      assertThat(result.accuracy().at(19, k))
          .isEqualTo(result.accuracy().at(k, k))
          .isGreaterThan(model.equals(Digits.MLP) ? 0.6 : 0.3);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void tasksOfOneClassAndOfOneExampleAreLearned(String model, long size, int[][] layers) {
    RunResult result = digits.run(2, split(10, "task-incremental", 0.999, model, COLUMNS));
    for (int j = 0; j < 10; j++) {
      assertThat(result.accuracy().at(9, j)).isEqualTo(1); // Nothing competes within the task.
    }
    RunResult single = digits.run(2, split(1, "task-incremental", 0, model, COLUMNS));
    assertThat(single.accuracy().at(0, 0)).isGreaterThan(0.6);
    assertThat(single.parameters()).containsExactly(size + 8L * (layers[layers.length - 1][1] + 1));
  }

  @Test
  void refusesWhatItCannotDo() {
    for (String setting : List.of("domain-incremental", "class-incremental")) {
      for (String model : List.of(Digits.MLP, Digits.CONVOLUTIONAL)) {
        assertThatThrownBy(() -> digits.run(1, split(5, setting, 0, model, COLUMNS)))
            .isInstanceOf(InputException.class)
            .hasMessageContaining("which task's column to ask")
            .hasMessageContaining("task-incremental");
      }
    }
    for (String model : List.of(Digits.MLP, Digits.CONVOLUTIONAL)) {
      String dropping = model.replace("}", ", dropout: 0.3}");
      assertThatThrownBy(() -> digits.run(1, split(5, "task-incremental", 0, dropping, COLUMNS)))
          .hasMessageContaining("its columns have no dropout")
          .hasMessageContaining("Set model.dropout: 0");
    }
    String beside = "[{type: progressive-network}, {type: ewc}]";
    assertThatThrownBy(() -> digits.run(1, split(5, "task-incremental", 0, beside)))
        .hasMessageContaining("nothing to guard");
    String wide = "[{type: progressive-network, adapterWidth: 1000000}]";
    String hidden = split(5, "task-incremental", 0, wide).replace("[60, 40]", "[900, 900]");
    assertThatThrownBy(() -> digits.run(1, hidden)).hasMessageContaining("narrower adapters");
  }
}
