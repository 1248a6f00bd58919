package io.perennial.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.perennial.api.InputException;
import io.perennial.runner.data.UnlabelledData.Format;
import io.perennial.runner.training.Predictor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers for files of several batches, with one thread and with more. */
@Timeout(60)
class FileAnswersTest {
  /** Six batches, the last one not full. */
  private static final int COUNT = 5 * Predictor.BATCH + 3;

  @TempDir private static Path directory;

  @BeforeAll
  static void train() {
    try (Perennial perennial = Perennial.start(1)) {
      perennial.run(
          perennial.parse(
              """
              name: digits
              pipeline: knowledge-retention
              scenario: {type: split, dataset: {type: digits}, tasks: 1, setting: class-incremental}
              model: {type: mlp, hidden: [8]}
              training: {epochs: 1, batchSize: 64, optimizer: {type: sgd, learningRate: 0.1}}
              """),
          RunOptions.into(run()));
    }
  }

  private static Path run() {
    return directory.resolve("run");
  }

  /** Images of noise, of which only some are there. */
  private static Path images(int announced, int written) throws IOException {
    byte[] pixels = new byte[written * 64];
    new Random(1).nextBytes(pixels);
    ByteBuffer bytes = ByteBuffer.allocate(16 + pixels.length);
    bytes.putInt(0x803).putInt(announced).putInt(8).putInt(8).put(pixels);
    return Files.write(directory.resolve("%d-%d.idx".formatted(announced, written)), bytes.array());
  }

  /** What is handed out, in its order. */
  private static List<double[]> answers(Path file, int threads) {
    List<double[]> answers = new ArrayList<>();
    try (Perennial perennial = Perennial.start(threads);
        LifelongModel model = perennial.open(run())) {
      long count =
          model.predict(
              file,
              Format.BY_NAME,
              -1,
              (rows, probabilities, experts) -> {
                for (int n = 0; n < rows; n++) {
                  answers.add(Arrays.copyOfRange(probabilities, n * 10, n * 10 + 10));
                }
              });
      assertThat(count).isEqualTo(answers.size());
    }
    return answers;
  }

  @Test
  void answersAndTheirOrderDoNotDependOnThreads() throws IOException {
    Path file = images(COUNT, COUNT);
    List<double[]> inTurns = answers(file, 1);
    assertThat(inTurns).hasSize(COUNT).doesNotHaveDuplicates();
    List<double[]> overlapping = answers(file, 3);
    assertThat(overlapping.toArray(double[][]::new))
        .isDeepEqualTo(inTurns.toArray(double[][]::new));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatIsWrongWithTheFileIsSaidAfterTheAnswersBeforeIt(int threads) throws IOException {
    Path file = images(COUNT, 3 * Predictor.BATCH);
    int[] rows = {0};
    try (Perennial perennial = Perennial.start(threads);
        LifelongModel model = perennial.open(run())) {
      assertThatThrownBy(
              () -> model.predict(file, Format.IDX, -1, (some, all, experts) -> rows[0] += some))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("truncated: %d images are announced", COUNT);
      assertThat(rows[0]).isBetween(2 * Predictor.BATCH, 3 * Predictor.BATCH);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatTheReceiverThrowsEndsAll(int threads) throws IOException {
    Path file = images(COUNT, COUNT);
    RuntimeException own = new IllegalStateException("no room");
    try (Perennial perennial = Perennial.start(threads);
        LifelongModel model = perennial.open(run())) {
      int[] calls = {0};
      Throwable thrown =
          catchThrowable(
              () ->
                  model.predict(
                      file,
                      Format.IDX,
                      -1,
                      (rows, probabilities, experts) -> {
                        if (++calls[0] == 2) {
                          throw own;
                        }
                      }));
      assertThat(thrown).isSameAs(own);
      assertThat(calls[0]).isEqualTo(2);
      assertThat(Thread.getAllStackTraces().keySet())
          .noneMatch(thread -> thread.getName().startsWith("perennial-predict"));
      // The model is still there, for others, too.
      assertThat(model.predict(file, Format.IDX, -1, (some, all, experts) -> {})).isEqualTo(COUNT);
    }
  }

  @Test
  void theReceiverMayAskTheModel() throws IOException {
    Path file = images(COUNT, COUNT);
    try (Perennial perennial = Perennial.start(2);
        LifelongModel model = perennial.open(run())) {
      List<Integer> asked = new ArrayList<>();
      long unused =
          model.predict(
              file,
              Format.IDX,
              -1,
              (rows, probabilities, experts) -> asked.add(model.classes().size()));
      assertThat(asked).hasSize(6).containsOnly(10);
    }
  }
}
