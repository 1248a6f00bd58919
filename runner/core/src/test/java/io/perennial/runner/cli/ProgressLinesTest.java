package io.perennial.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.RunListener;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private long seconds;

  private final List<RunListener> listeners = new ArrayList<>();

  private void listen(Long... seeds) {
    LongSupplier clock = () -> TimeUnit.SECONDS.toNanos(seconds);
    ProgressMeter meter = new ProgressMeter(List.of(seeds), clock);
    PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);
    listeners.addAll(List.of(meter, new ProgressLines(meter, out, clock)));
  }

  private void runStarted() {
    listeners.forEach(l -> l.runStarted(new AccuracyMatrix(List.of("a", "b"))));
  }

  private void taskStarted(int task, int phase, long steps) {
    listeners.forEach(l -> l.taskStarted(new FakeLearner(task, phase), steps));
  }

  private void steps(int task, int phase, int count) {
    for (int i = 0; i < count; i++) {
      seconds++;
      listeners.forEach(l -> l.stepDone(new FakeLearner(task, phase), 0.25));
    }
  }

  private void taskDone(int task) {
    AccuracyMatrix none = new AccuracyMatrix(List.of("a", "b"));
    listeners.forEach(l -> l.taskDone(new FakeLearner(task, 0), none));
  }

  private List<String> written() {
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void aLineEveryFiveSeconds() {
    listen(7L, 8L);
    for (int run = 0; run < 2; run++) {
      runStarted();
      taskStarted(0, 0, 8);
      steps(0, 0, 8);
    }
    // 3 of the 8 seconds of this task are left, then the other, and both of the second run.
    assertThat(written())
        .containsExactly(
            "seed 7 (1/2), task 1/2: step 5 of 8, epoch 1, loss 0.2500, 1 steps/s, about 27 s left",
            "seed 8 (2/2), task 1/2: step 5 of 8, epoch 1, loss 0.2500, 1 steps/s, about 11 s left");
  }

  @Test
  void theTimeLeftGoesByWhatTasksTook() {
    listen(7L);
    runStarted();
    taskStarted(0, 0, 4);
    steps(0, 0, 4);
    // Consolidated and evaluated for longer than it was trained.
    seconds += 96;
    taskDone(0);
    taskStarted(1, 0, 200);
    steps(1, 0, 100);
    assertThat(written())
        .last()
        .asString()
        .contains("task 2/2: step 96 of 200")
        .endsWith("about 1 min 44 s left");
  }

  @Test
  void epochsTellTheTrainingAccuracy() {
    listen(7L);
    runStarted();
    taskStarted(0, 0, 8);
    steps(0, 0, 4);
    listeners.forEach(l -> l.epochDone(new FakeLearner(0, 0), 0.875));
    steps(0, 0, 1);
    assertThat(written())
        .containsExactly(
            "task 1/2: step 5 of 8, epoch 2, loss 0.2500, accuracy 87.5 %, 1 steps/s, about 11 s left");
  }

  @Test
  void morePhasesAndMoreStepsThanPlanned() {
    listen(7L);
    runStarted();
    taskStarted(1, 0, 6);
    steps(1, 0, 6);
    taskStarted(1, 1, 6);
    steps(1, 1, 9);
    assertThat(written())
        .containsExactly(
            "task 2/2: step 5 of 6, epoch 1, loss 0.2500, 1 steps/s, about 1 s left",
            "task 2/2: step 10 of 12, epoch 1, loss 0.2500, 1 steps/s, about 2 s left",
            "task 2/2: step 15, epoch 1, loss 0.2500, 1 steps/s, about 0 s left");
  }
}
