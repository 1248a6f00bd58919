package io.perennial.runner.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Batch;
import io.perennial.api.Composition;
import io.perennial.api.Configured;
import io.perennial.api.Examples;
import io.perennial.api.Finding;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.Optimizer;
import io.perennial.api.Pipeline;
import io.perennial.api.RandomSource;
import io.perennial.api.Registration;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import io.perennial.models.Activation;
import io.perennial.models.Mlp;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import io.perennial.runner.config.TrainingSettings;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class EarlyStoppingTest {
  private static final int ROWS = 10;

  private final Workers workers = new Workers(1);
  private final Mlp model =
      new Mlp(
          new long[] {1},
          List.of(),
          2,
          Activation.RELU,
          DataType.FLOAT,
          new RandomSource(1),
          workers);
  private final Learner learner = new Validating();

  @AfterEach
  void stop() {
    model.close();
    workers.close();
  }

  /** Makes the network right on so many of the ten validation examples. */
  private void right(int examples, double mark) {
    // Class 1 wins where x, which is the row's number, is below the bias; all labels are 1.
    Vectors.write(new double[] {0, -1, mark, mark + examples - 0.5}, model.parameters());
  }

  private boolean stops(EarlyStopping stopping, int examples, double mark) {
    right(examples, mark);
    return stopping.stopsAfter(learner);
  }

  private double mark() {
    return model.parameters().getDouble(2);
  }

  @Test
  void endsAfterPatienceAndKeepsTheFirstOfTheBest() {
    try (EarlyStopping stopping = new EarlyStopping(2)) {
      assertThat(stops(stopping, 3, 1)).isFalse();
      assertThat(stops(stopping, 7, 2)).isFalse();
      assertThat(stops(stopping, 6, 3)).isFalse();
      assertThat(stops(stopping, 8, 4)).isFalse();
      assertThat(stops(stopping, 8, 5)).isFalse();
      assertThat(stops(stopping, 5, 6)).isTrue();
      stopping.keepBest(model);
      assertThat(mark()).isEqualTo(4);
    }
  }

  @Test
  void theLastEpochMayBeTheBest() {
    try (EarlyStopping stopping = new EarlyStopping(1)) {
      assertThat(stops(stopping, 3, 1)).isFalse();
      assertThat(stops(stopping, 4, 2)).isFalse();
      stopping.keepBest(model);
      assertThat(mark()).isEqualTo(2);
    }
  }

  @Test
  void growthStartsOver() {
    try (EarlyStopping stopping = new EarlyStopping(1)) {
      assertThat(stops(stopping, 9, 1)).isFalse();
      model.growClasses(3, new RandomSource(2));
      stopping.startOver();
      stopping.keepBest(model);
      model.restore(
          new Mlp(
                  new long[] {1},
                  List.of(),
                  2,
                  Activation.RELU,
                  DataType.FLOAT,
                  new RandomSource(1),
                  workers)
              .save());
      assertThat(stops(stopping, 2, 5)).isFalse();
      assertThat(stops(stopping, 2, 6)).isTrue();
      stopping.keepBest(model);
      assertThat(mark()).isEqualTo(5);
    }
  }

  @Test
  void noPatienceNoStopping() {
    try (EarlyStopping stopping = new EarlyStopping(0)) {
      for (int epoch = 0; epoch < 5; epoch++) {
        assertThat(stops(stopping, 5 - epoch, epoch)).isFalse();
      }
      stopping.keepBest(model);
      assertThat(mark()).isEqualTo(4);
    }
  }

  @Test
  void patienceNeedsValidationExamples() {
    assertThat(findings(3, 0))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
              assertThat(finding.toString())
                  .contains("training.patience", "no validation example in 'b'", "patience: 0");
            });
    assertThat(findings(0, 0)).isEmpty();
    assertThat(findings(3, 2)).isEmpty();
  }

  private List<Finding> findings(int patience, int validation) {
    Configured<Optimizer> any =
        new Configured<>(Optimizer.class, "sgd", new Registration.NoSettings());
    Composition composition =
        new Composition(
            Pipeline.KNOWLEDGE_RETENTION,
            Setting.TASK_INCREMENTAL,
            List.of(task(0, "a", 4), task(1, "b", validation)),
            model,
            List.of());
    return Preflight.check(
        composition,
        List.of(),
        Scenario.Boundaries.SHARP,
        new TrainingSettings(1, 0, 8, any, true, patience));
  }

  private static Task task(int index, String name, int validation) {
    int[] classes = {0, 1};
    return new Task(
        index, name, new long[] {1}, classes, new Ones(5), new Ones(validation), new Ones(5));
  }

  /** Examples of class 1. */
  private record Ones(int size) implements Examples {
    @Override
    public int label(int index) {
      return 1;
    }

    @Override
    public void read(int index, float[] destination, int offset) {
      destination[offset] = index;
    }
  }

  /** Validation examples 0 to 9, all of class 1. */
  private final class Validating implements Learner {
    @Override
    public void visit(Examples examples, int task, int batchSize, Consumer<Batch> visitor) {
      INDArray features = Vectors.create(DataType.FLOAT, ROWS, 1);
      int[] labels = new int[ROWS];
      boolean[][] competing = new boolean[ROWS][];
      for (int n = 0; n < ROWS; n++) {
        float[] row = new float[1];
        examples.read(n, row, 0);
        features.putScalar(n, 0, row[0]);
        labels[n] = examples.label(n);
        competing[n] = new boolean[] {true, true};
      }
      visitor.accept(
          new Batch(features, labels, new int[ROWS], new int[ROWS], new double[ROWS], competing));
    }

    @Override
    public Model model() {
      return model;
    }

    @Override
    public Task task() {
      return EarlyStoppingTest.task(0, "a", ROWS);
    }

    @Override
    public List<Task> seen() {
      return List.of(task());
    }

    @Override
    public Setting setting() {
      return Setting.TASK_INCREMENTAL;
    }

    @Override
    public int phase() {
      return 0;
    }

    @Override
    public long step() {
      return 0;
    }

    @Override
    public void reinitialize() {}
  }
}
