package io.perennial.curriculum;

import io.perennial.api.Description;
import io.perennial.api.Examples;
import io.perennial.api.Learner;
import io.perennial.api.RandomSource;
import io.perennial.api.Sampling;
import io.perennial.api.State;
import io.perennial.api.Task;
import io.perennial.models.Workers;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Within a task, easy examples first: in epoch e only the easiest fraction {@code c(e)} of a task's
 * examples is drawn, where an example's difficulty is its loss under a small probe that has learned
 * the task for a moment. An epoch is as long as ever: the easy ones are drawn more than once.
 */
@Description(
    value = "Within a task, draws easy examples first and lets harder ones in epoch by epoch.",
    paper = "Bengio et al., Curriculum Learning, ICML 2009; pacing: arXiv 1904.03626",
    needs = "task boundaries; no other strategy that decides what is drawn")
public final class EasyToHard implements Sampling {
  private static final int READ = 4096;

  /** How the fraction grows from its start c0 to 1 while e goes from 0 to E. */
  public enum Pacing {
    /** {@code c0 + (1 - c0) e / E}. */
    LINEAR,
    /** {@code √(c0² + (1 - c0²) e / E)}: as much time for new examples as for old (1903.09848). */
    ROOT
  }

  /** The settings of {@code easy-to-hard}. */
  public record Settings(
      @Description(
              value = "Fraction of the examples, the easiest, in the first epoch.",
              byDefault = "0.3",
              min = 0,
              aboveMin = true,
              max = 1)
          double startFraction,
      @Description(
              value =
                  "How the fraction grows: linear, or root, which gives each newly admitted example"
                      + " as much time as the last.",
              byDefault = "linear",
              paper = "arXiv 1904.03626; root: arXiv 1903.09848")
          Pacing pacing,
      @Description(
              value = "Epochs of each task until all examples are drawn.",
              byDefault = "5",
              min = 1)
          int epochsToFull,
      @Description(value = "The network that finds what is easy.", byDefault = "{}")
          ProbeSettings probe) {}

  private final Settings settings;
  private final RandomSource random;
  private final Workers workers;
  private int[] fromEasyToHard = {};
  private int epoch;

  @Inject
  EasyToHard(Settings settings, RandomSource random, Workers workers) {
    this.settings = settings;
    this.random = random;
    this.workers = workers;
  }

  @Override
  public void beforeTask(Learner learner) {
    epoch = 0;
    rank(learner);
  }

  /** The ranks follow from the task's data; only the epoch is saved. */
  @Override
  public void taskResumed(Learner learner) {
    rank(learner);
  }

  private void rank(Learner learner) {
    // A child by name: its numbers are the same whenever they are drawn.
    RandomSource own = random.child("task " + learner.task().index());
    fromEasyToHard = Ranks.ascending(difficulty(learner.task(), own));
  }

  private double[] difficulty(Task task, RandomSource own) {
    Examples training = task.training();
    int[] order = own.permutation(training.size());
    int[] chosen = Arrays.copyOf(order, Math.min(order.length, settings.probe().examples()));
    Sample sample = Sample.of(task, training, chosen);
    double[] losses = new double[training.size()];
    List<Integer> hidden = List.of(settings.probe().hidden());
    try (Probe probe = Probe.train(sample, hidden, settings.probe(), own.child("probe"), workers)) {
      for (int from = 0; from < losses.length; from += READ) {
        int[] part = new int[Math.min(READ, losses.length - from)];
        int first = from;
        Arrays.setAll(part, i -> first + i);
        probe.losses(Sample.of(task, training, part), losses, from);
      }
    }
    return losses;
  }

  @Override
  public Draw draw(Learner learner, RandomSource drawing) {
    int size = fromEasyToHard.length;
    int admitted = (int) Math.ceil(fraction(epoch++) * size);
    int[] tasks = new int[size];
    Arrays.fill(tasks, learner.task().index());
    int[] examples = new int[size];
    for (int filled = 0; filled < size; filled += admitted) {
      int[] places = drawing.permutation(admitted);
      for (int i = 0; i < admitted && filled + i < size; i++) {
        examples[filled + i] = fromEasyToHard[places[i]];
      }
    }
    return new Draw(tasks, examples);
  }

  /** c(e). */
  double fraction(int epochsDone) {
    double start = settings.startFraction();
    double progress = Math.min(1, (double) epochsDone / settings.epochsToFull());
    return switch (settings.pacing()) {
      case LINEAR -> start + (1 - start) * progress;
      case ROOT -> Math.sqrt(start * start + (1 - start * start) * progress);
    };
  }

  @Override
  public State save() {
    return State.builder().value("epoch", (long) epoch).build();
  }

  @Override
  public void restore(State state) {
    epoch = Math.toIntExact(state.integer("epoch"));
  }

  @Override
  public Map<String, String> conventions() {
    return Map.of("epoch", "as many draws as the task has examples, from the easiest c(e) of them");
  }
}
