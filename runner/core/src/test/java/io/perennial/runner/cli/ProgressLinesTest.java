package io.perennial.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Batch;
import io.perennial.api.Examples;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
  private static final Examples NONE =
      new Examples() {
        @Override
        public int size() {
          return 0;
        }

        @Override
        public int label(int index) {
          throw new IndexOutOfBoundsException(index);
        }

        @Override
        public void read(int index, float[] destination, int offset) {
          throw new IndexOutOfBoundsException(index);
        }
      };

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private long seconds;

  private ProgressLines lines(Long... seeds) {
    return new ProgressLines(
        List.of(seeds),
        new PrintStream(written, true, StandardCharsets.UTF_8),
        () -> TimeUnit.SECONDS.toNanos(seconds));
  }

  private void steps(ProgressLines lines, int task, int phase, int count) {
    for (int i = 0; i < count; i++) {
      seconds++;
      lines.stepDone(new FakeLearner(task, phase), 0.25);
    }
  }

  private List<String> written() {
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void aLineEveryFiveSeconds() {
    ProgressLines lines = lines(7L, 8L);
    for (int run = 0; run < 2; run++) {
      lines.runStarted(new AccuracyMatrix(List.of("a", "b")));
      lines.taskStarted(new FakeLearner(0, 0), 8);
      steps(lines, 0, 0, 8);
    }
    assertThat(written())
        .containsExactly(
            "seed 7 (1/2), task 1/2: step 5 of 8, loss 0.2500",
            "seed 8 (2/2), task 1/2: step 5 of 8, loss 0.2500");
  }

  @Test
  void morePhasesAndMoreStepsThanPlanned() {
    ProgressLines lines = lines(7L);
    lines.runStarted(new AccuracyMatrix(List.of("a", "b")));
    lines.taskStarted(new FakeLearner(1, 0), 6);
    steps(lines, 1, 0, 6);
    lines.taskStarted(new FakeLearner(1, 1), 6);
    steps(lines, 1, 1, 9);
    assertThat(written())
        .containsExactly(
            "task 2/2: step 5 of 6, loss 0.2500",
            "task 2/2: step 10 of 12, loss 0.2500",
            "task 2/2: step 15, loss 0.2500");
  }

  /** In a task and nothing else. */
  private record FakeLearner(int index, int phase) implements Learner {
    @Override
    public Task task() {
      return new Task(index, "a task", new long[] {1}, new int[0], NONE, NONE, NONE);
    }

    @Override
    public Model model() {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<Task> seen() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Setting setting() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long step() {
      return 0;
    }

    @Override
    public void visit(Examples examples, int task, int batchSize, Consumer<Batch> visitor) {}

    @Override
    public void reinitialize() {}
  }
}
