package io.perennial.runner.training;

import io.perennial.api.State;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Where the time goes: one phase at a time, in seconds. */
public final class Stopwatch {
  /** The phases of a run that are told apart. */
  public enum Phase {
    /** Reading the data and making the tasks. */
    LOAD,
    /** Steps. */
    TRAIN,
    /** What strategies do between tasks, and arranging the tasks beforehand; checkpoints apart. */
    CONSOLIDATE,
    /** Measuring accuracy. */
    EVALUATE
  }

  private final Map<Phase, Double> seconds = new EnumMap<>(Phase.class);

  /** Runs a piece of work and adds its time to a phase. */
  public void time(Phase phase, Runnable work) {
    time(
        phase,
        () -> {
          work.run();
          return true;
        });
  }

  /** Runs a piece of work, adds its time to a phase and gives its result. */
  public <T> T time(Phase phase, Supplier<T> work) {
    long start = System.nanoTime();
    try {
      return work.get();
    } finally {
      seconds.merge(phase, (System.nanoTime() - start) / 1e9, Double::sum);
    }
  }

  /** The seconds of a phase so far. */
  public double seconds(Phase phase) {
    return seconds.getOrDefault(phase, 0.0);
  }

  State save() {
    Map<String, Object> values = new LinkedHashMap<>();
    seconds.forEach((phase, value) -> values.put(phase.name(), value));
    return State.ofValues(values);
  }

  void restore(State state) {
    for (Phase phase : Phase.values()) {
      // Loading has happened again in this process.
      if (phase != Phase.LOAD && state.values().containsKey(phase.name())) {
        seconds.put(phase, state.number(phase.name()));
      }
    }
  }
}
