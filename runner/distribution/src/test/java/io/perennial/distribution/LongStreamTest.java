package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a task leaves behind must not grow with the number of tasks, when little is measured. */
class LongStreamTest {
  private static final int TASKS = 40;

  @TempDir Path directory;

  private static String yaml(int tasks, String evaluate) {
    return """
        name: long
        pipeline: knowledge-retention
        scenario: {type: permuted, dataset: {type: digits}, tasks: %d}
        model: {type: mlp, hidden: [4]}
        training: {iterations: 2}
        evaluate: %s
        strategies: [{type: ewc}]
        """
        .formatted(tasks, evaluate);
  }

  private RunResult run(
      int tasks, String evaluate, Path out, boolean resume, RunListener listener) {
    try (Perennial perennial = Perennial.start(1)) {
      return perennial
          .run(
              perennial.parse(yaml(tasks, evaluate)),
              new RunOptions(out, resume, List.of(listener)))
          .runs()
          .get(0);
    }
  }

  /** Sees what is on the disk when a task is done: the state after the task before. */
  private static final class Watch implements RunListener {
    private final Path out;
    private final long[] sizes = new long[TASKS];
    private final Set<FileTime> writes = new HashSet<>();

    Watch(Path out) {
      this.out = out;
    }

    @Override
    public void taskDone(Learner learner, AccuracyMatrix accuracy) {
      int done = learner.task().index();
      if (done == 0) {
        return;
      }
      try {
        Path checkpoint = out.resolve("checkpoint").resolve("task-%04d".formatted(done));
        sizes[done] =
            Files.size(checkpoint.resolve("state.json"))
                + Files.size(checkpoint.resolve("tensors.safetensors"));
        writes.add(Files.getLastModifiedTime(out.resolve("results.json")));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void aCheckpointIsAsLargeAfterManyTasksAsAfterFew() {
    Path out = directory.resolve("long");
    Watch watch = new Watch(out);
    RunResult result = run(TASKS, "final", out, false, watch);
    assertThat(result.parameters()).hasSize(TASKS);
    assertThat(result.accuracy().at(TASKS - 1, 0)).isNotNaN();
    // Numbers may have a digit more or less.
    assertThat(watch.sizes[TASKS - 1]).isBetween(watch.sizes[3] - 200, watch.sizes[3] + 200);
    // Nothing was measured meanwhile, so that the results were not written again.
    assertThat(watch.writes).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"all", "seen", "every 2", "final"})
  void anInterruptedRunKnowsWhatWasMeasured(String evaluate) {
    RunResult whole = run(5, evaluate, directory.resolve("whole"), false, new RunListener() {});
    Path out = directory.resolve("interrupted");
    RunListener interruption =
        new RunListener() {
          @Override
          public void taskStarted(Learner learner, long steps) {
            if (learner.task().index() == 3) {
              throw new IllegalStateException("interrupted");
            }
          }
        };
    assertThatThrownBy(() -> run(5, evaluate, out, false, interruption))
        .isInstanceOf(RunFailedException.class);
    RunResult resumed = run(5, evaluate, out, true, new RunListener() {});
    assertThat(resumed.parametersSha256()).isEqualTo(whole.parametersSha256());
    assertThat(resumed.parameters()).isEqualTo(whole.parameters());
    for (int i = -1; i < 5; i++) {
      for (int j = 0; j < 5; j++) {
        assertThat(cell(resumed, i, j)).as("R[%d][%d]", i, j).isEqualTo(cell(whole, i, j));
      }
    }
  }

  /** Boxed, because a missing cell equals a missing cell. */
  private static Double cell(RunResult result, int i, int j) {
    return i < 0 ? result.accuracy().untrained(j) : result.accuracy().at(i, j);
  }
}
