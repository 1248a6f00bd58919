package io.perennial.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import io.perennial.api.Metric;
import io.perennial.api.RunInfo;
import io.perennial.api.RunListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs in threads of their own; what they tell comes in the order that a test gives. */
class LeadingRunTest {
  private static final Learner LEARNER = new FakeLearner(0, 0);

  private final List<String> shown = new ArrayList<>();
  private final List<Thread> tellers = new ArrayList<>();
  private final LeadingRun leading = new LeadingRun(new Display());
  private final List<ExecutorService> runs =
      List.of(
          Executors.newSingleThreadExecutor(),
          Executors.newSingleThreadExecutor(),
          Executors.newSingleThreadExecutor());

  /** Keeps what it is told; a run by its only task, a step by its loss. */
  private final class Display implements RunListener {
    @Override
    public void runStarted(AccuracyMatrix accuracy) {
      shown.add("start " + accuracy.tasks().get(0));
    }

    @Override
    public void taskStarted(Learner learner, long steps) {
      shown.add("task of " + steps);
    }

    @Override
    public void stepDone(Learner learner, double loss) {
      shown.add("loss " + loss);
      tellers.add(Thread.currentThread());
    }

    @Override
    public void epochDone(Learner learner, double trainingAccuracy) {
      shown.add("epoch " + trainingAccuracy);
    }

    @Override
    public void taskDone(Learner learner, AccuracyMatrix accuracy) {
      shown.add("task done");
    }

    @Override
    public void runDone(AccuracyMatrix accuracy) {
      shown.add("done");
    }
  }

  @AfterEach
  void stop() {
    runs.forEach(ExecutorService::shutdownNow);
  }

  private void in(int run, Runnable event) throws Exception {
    Future<?> told = runs.get(run).submit(event);
    told.get();
  }

  private void start(int thread, String task) throws Exception {
    in(thread, () -> leading.runStarted(new AccuracyMatrix(List.of(task))));
  }

  private void step(int thread, double loss) throws Exception {
    in(thread, () -> leading.stepDone(LEARNER, loss));
  }

  private void end(int thread) throws Exception {
    RunInfo info = new RunInfo("run", thread, Path.of("."), Map.of());
    in(thread, () -> leading.runEnded(info, Map.<String, Metric.Value>of(), ""));
  }

  @Test
  void oneRunIsShownWhole() throws Exception {
    AccuracyMatrix accuracy = new AccuracyMatrix(List.of("a"));
    start(0, "a");
    in(0, () -> leading.taskStarted(LEARNER, 7));
    step(0, 0.5);
    in(0, () -> leading.epochDone(LEARNER, 0.25));
    in(0, () -> leading.taskDone(LEARNER, accuracy));
    in(0, () -> leading.runDone(accuracy));
    assertThat(shown)
        .containsExactly("start a", "task of 7", "loss 0.5", "epoch 0.25", "task done", "done");
  }

  @Test
  void ofSeveralTheEarliestIsShownAndNothingOfTheOthers() throws Exception {
    start(0, "a");
    start(1, "b");
    AccuracyMatrix other = new AccuracyMatrix(List.of("b"));
    in(1, () -> leading.taskStarted(LEARNER, 9));
    step(1, 9);
    in(1, () -> leading.epochDone(LEARNER, 9));
    in(1, () -> leading.taskDone(LEARNER, other));
    in(1, () -> leading.runDone(other));
    step(0, 1);
    assertThat(shown).containsExactly("start a", "loss 1.0");
  }

  @Test
  void theNextInOrderOfBeginningFollowsAndTheDisplayHearsOfThoseItMissed() throws Exception {
    start(0, "a");
    start(1, "b");
    start(2, "c");
    end(1);
    step(2, 9);
    end(0);
    step(2, 3);
    // It counts runs: b has begun, and ended, unseen.
    assertThat(shown).containsExactly("start a", "start c", "start c", "loss 3.0");
    // A thread that has done its run takes up another.
    start(0, "d");
    step(0, 9);
    end(2);
    step(0, 4);
    assertThat(shown.subList(4, shown.size())).containsExactly("start d", "loss 4.0");
    assertThat(tellers.get(0)).isNotSameAs(tellers.get(1));
  }

  @Test
  void afterTheLastTheNextLeadsAtOnce() throws Exception {
    start(0, "a");
    end(0);
    step(1, 9);
    start(1, "b");
    step(1, 2);
    assertThat(shown).containsExactly("start a", "start b", "loss 2.0");
  }

  @Test
  void aRunThatFailsBeforeItBeginsChangesNothing() throws Exception {
    start(0, "a");
    end(1);
    step(0, 1);
    assertThat(shown).containsExactly("start a", "loss 1.0");
  }
}
