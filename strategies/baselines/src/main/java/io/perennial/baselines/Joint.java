package io.perennial.baselines;

import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Expansion;
import io.perennial.api.Finding;
import io.perennial.api.Learner;
import io.perennial.api.RandomSource;
import io.perennial.api.Sampling;
import io.perennial.api.Task;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Multi-task training on the data of all tasks so far: an epoch draws every training example of
 * every task seen, in a random order. It keeps all data, so it is a bound and not a strategy.
 */
@Description(
    value = "Trains on the data of all tasks so far; the upper bound, which must keep all data.",
    needs = "the training data of all tasks; no other strategy that decides what is drawn")
public final class Joint implements Sampling {
  /** The settings of {@code joint}. */
  public record Settings(
      @Description(
              value =
                  "Whether each task starts again from freshly drawn parameters, rather than from"
                      + " what was learned so far.",
              byDefault = "false")
          boolean restart) {}

  private final Settings settings;

  @Inject
  Joint(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void check(Composition composition, Consumer<Finding> findings) {
    for (Expansion expansion : composition.with(Expansion.class)) {
      if (!expansion.carriesParameters()) {
        findings.accept(
            Finding.warning(
                "joint",
                "old tasks have parameters of their own that no longer change, so their examples"
                    + " cost time and teach nothing.",
                "Leave joint out."));
      }
    }
  }

  @Override
  public boolean needsOldTasks() {
    return true;
  }

  @Override
  public void beforeTask(Learner learner) {
    if (settings.restart() && learner.task().index() > 0) {
      learner.reinitialize();
    }
  }

  @Override
  public Draw draw(Learner learner, RandomSource random) {
    List<Task> seen = learner.seen();
    int[] sizes = seen.stream().mapToInt(task -> task.training().size()).toArray();
    int total = 0;
    for (int size : sizes) {
      total = Math.addExact(total, size);
    }
    int[] tasks = new int[total];
    int[] examples = new int[total];
    int[] places = random.permutation(total);
    int n = 0;
    for (int t = 0; t < sizes.length; t++) {
      for (int i = 0; i < sizes[t]; i++, n++) {
        tasks[places[n]] = t;
        examples[places[n]] = i;
      }
    }
    return new Draw(tasks, examples);
  }

  @Override
  public Map<String, String> conventions() {
    return Map.of(
        "start",
        settings.restart() ? "fresh parameters at each task" : "continues",
        "epoch",
        "all training examples of all tasks so far");
  }
}
