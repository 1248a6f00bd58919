package io.perennial.curriculum;

import io.perennial.api.RandomSource;
import io.perennial.api.Task;
import io.perennial.models.Workers;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The surveys of a run, each made once. */
final class Surveys {
  private record Key(List<Task> tasks, ProbeSettings settings, long seed) {}

  private final Workers workers;
  private final Map<Key, Survey> made = new HashMap<>();

  @Inject
  Surveys(Workers workers) {
    this.workers = workers;
  }

  Workers workers() {
    return workers;
  }

  /** The survey of these tasks; its numbers are a function of the arguments. */
  Survey of(List<Task> tasks, ProbeSettings settings, RandomSource random) {
    RandomSource own = random.child("survey");
    long seed = own.child("seed").nextLong();
    return made.computeIfAbsent(
        new Key(List.copyOf(tasks), settings, seed),
        key -> new Survey(key.tasks(), settings, own, workers));
  }
}
