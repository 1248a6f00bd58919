package io.perennial.curriculum;

import io.perennial.api.Examples;
import io.perennial.api.RandomSource;
import io.perennial.api.Task;
import io.perennial.models.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What probes found out about a stream's tasks: each is measured when it is first asked for. What
 * is drawn for a task depends on the generator's seed and its index only.
 */
final class Survey {
  private static final Probe.Score CHANCE = new Probe.Score(1, 0);

  private final List<Task> tasks;
  private final ProbeSettings settings;
  private final RandomSource random;
  private final Workers workers;
  private final List<@Nullable Probe> probes = new ArrayList<>();
  private final List<Sample> learned = new ArrayList<>();
  private final List<Sample> heldOut = new ArrayList<>();
  private final List<Probe.Score> scores = new ArrayList<>();
  private double @Nullable [][] relatedness;
  private int transfers;
  private double seconds;

  Survey(List<Task> tasks, ProbeSettings settings, RandomSource random, Workers workers) {
    this.tasks = tasks;
    this.settings = settings;
    this.random = random;
    this.workers = workers;
  }

  List<Task> tasks() {
    return tasks;
  }

  /** How well a probe of its own learned each task. */
  List<Probe.Score> scores() {
    if (scores.isEmpty()) {
      long start = System.nanoTime();
      for (Task task : tasks) {
        probe(task);
      }
      seconds += (System.nanoTime() - start) / 1e9;
    }
    return scores;
  }

  /** D of each task. */
  double[] difficulty() {
    return scores().stream().mapToDouble(Probe.Score::loss).toArray();
  }

  /**
   * {@code A[i][j]}: what the features of task i are worth to task j, compared with random ones;
   * NaN where i = j.
   */
  double[][] relatedness() {
    double[][] known = relatedness;
    if (known == null) {
      scores();
      long start = System.nanoTime();
      known = new double[tasks.size()][tasks.size()];
      for (int j = 0; j < known.length; j++) {
        double withoutTransfer = withRandomFeatures(j);
        for (int i = 0; i < known.length; i++) {
          known[i][j] = i == j ? Double.NaN : withoutTransfer - transfer(i, j);
        }
      }
      relatedness = known;
      for (Probe probe : probes) {
        if (probe != null) {
          probe.close();
        }
      }
      seconds += (System.nanoTime() - start) / 1e9;
    }
    return known;
  }

  boolean relatednessMeasured() {
    return relatedness != null;
  }

  /** The probes that were trained. */
  int probes() {
    return scores.size();
  }

  /** The heads that were trained on another task's features, or random ones. */
  int transfers() {
    return transfers;
  }

  /** What all of it took. */
  double seconds() {
    return seconds;
  }

  private void probe(Task task) {
    RandomSource own = random.child("task " + scores.size());
    int[] order = own.permutation(task.training().size());
    int[] chosen = Arrays.copyOf(order, Math.min(order.length, settings.examples()));
    Examples validation = task.validation();
    int[] held;
    if (validation.size() > 0) {
      int[] all = own.permutation(validation.size());
      held = Arrays.copyOf(all, Math.min(all.length, settings.examples()));
    } else {
      // A quarter of the sample; a task with a single example is measured on that.
      validation = task.training();
      int kept = chosen.length - chosen.length / 4;
      held = kept < chosen.length ? Arrays.copyOfRange(chosen, kept, chosen.length) : chosen;
      chosen = Arrays.copyOf(chosen, kept);
    }
    learned.add(Sample.of(task, task.training(), chosen));
    heldOut.add(Sample.of(task, validation, held));
    if (chosen.length == 0) {
      probes.add(null);
      scores.add(CHANCE);
    } else {
      int index = scores.size();
      Probe probe =
          Probe.train(
              learned.get(index),
              List.of(settings.hidden()),
              settings,
              own.child("probe"),
              workers);
      probes.add(probe);
      scores.add(probe.score(heldOut.get(index)));
    }
  }

  private double withRandomFeatures(int j) {
    Sample target = learned.get(j);
    RandomSource own = random.child("untrained");
    try (Probe probe = Probe.untrained(target, List.of(settings.hidden()), own, workers)) {
      return transfer(probe, -1, j);
    }
  }

  /** D(i → j); chance where nothing can be transferred. */
  private double transfer(int i, int j) {
    Probe source = probes.get(i);
    boolean sameShape = learned.get(i).width() == learned.get(j).width();
    return source == null || !sameShape ? CHANCE.loss() : transfer(source, i, j);
  }

  private double transfer(Probe source, int i, int j) {
    Sample target = learned.get(j);
    if (target.size() == 0) {
      return CHANCE.loss();
    }
    transfers++;
    RandomSource own = random.child("transfer " + i + " " + j);
    try (Probe head = Probe.train(source.features(target), List.of(), settings, own, workers)) {
      return head.score(source.features(heldOut.get(j))).loss();
    }
  }
}
