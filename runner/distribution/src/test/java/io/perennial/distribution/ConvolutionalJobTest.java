package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.result.Results;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A convolutional network with all that training offers, on real digits. */
class ConvolutionalJobTest {
  private static final String DIGITS =
      """
      name: convolutional job
      pipeline: knowledge-retention
      scenario:
        {type: split, dataset: {type: digits}, tasks: 5, setting: task-incremental, validation: 0.2}
      model: {type: convolutional, channels: [8, 16], hidden: [32], dropout: 0.2}
      training:
        epochs: 12
        batchSize: 32
        optimizer:
          {type: adam, learningRate: 0.003, weightDecay: 0.01, clip: 1.0, schedule: cosine,
           scheduleSteps: 200}
        patience: 2
      strategies: [{type: ewc, lambda: 100}]
      """;

  @TempDir Path directory;
  private int runs;

  private Results run(int threads, String yaml, RunListener... listeners) {
    try (Perennial perennial = Perennial.start(threads)) {
      Path out = directory.resolve("run-" + runs++);
      return perennial.run(perennial.parse(yaml), new RunOptions(out, false, List.of(listeners)));
    }
  }

  @Test
  void learnsStopsEarlyAndDoesNotDependOnThreads() {
    int[] epochs = {0};
    RunListener counting =
        new RunListener() {
          @Override
          public void epochDone(Learner learner, double trainingAccuracy) {
            epochs[0]++;
          }
        };
    Results first = run(1, DIGITS, counting);
    assertThat(first.mean("averageAccuracy")).isGreaterThan(0.9);
    assertThat(epochs[0]).isBetween(5 * 3, 5 * 12 - 1);
    assertThat(hash(run(2, DIGITS))).isEqualTo(hash(first)).hasSize(64);
    assertThat(hash(run(3, DIGITS))).isEqualTo(hash(first));
  }

  private static String hash(Results results) {
    return results.runs().get(0).parametersSha256();
  }

  @Test
  void patienceWithoutValidationIsRefusedBeforeAnythingStarts() {
    assertThatThrownBy(() -> run(1, DIGITS.replace("validation: 0.2", "validation: 0.0")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("training.patience")
        .hasMessageContaining("Set the scenario's validation above 0, or patience: 0");
  }

  @Test
  void imagesTooSmallForTheLayersAreRefused() {
    assertThatThrownBy(() -> run(1, DIGITS.replace("[8, 16]", "[8, 8, 8, 8]")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The input [1, 8, 8] is too small for 4 convolutional layers");
  }
}
