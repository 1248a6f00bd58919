package io.perennial.runner.cli;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import java.util.List;

/** Where in all its runs and tasks a configuration is. */
final class RunPosition {
  private final List<Long> seeds;
  private int run = -1;
  private int tasks;

  RunPosition(List<Long> seeds) {
    this.seeds = seeds;
  }

  void runStarted(AccuracyMatrix accuracy) {
    run++;
    tasks = accuracy.size();
  }

  String of(Learner learner) {
    String task = "task %d/%d".formatted(learner.task().index() + 1, tasks);
    return seeds.size() < 2 || run < 0 || run >= seeds.size()
        ? task
        : "seed %d (%d/%d), %s".formatted(seeds.get(run), run + 1, seeds.size(), task);
  }
}
