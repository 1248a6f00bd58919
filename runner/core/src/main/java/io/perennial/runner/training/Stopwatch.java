package io.perennial.runner.training;

import io.perennial.api.State;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
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

  private static final String CPU = "CPU";
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Map<Phase, Double> seconds = new EnumMap<>(Phase.class);
  private final LongSupplier helpers;

  /** The time of phases within the one that is being timed: it is theirs alone. */
  private double inner;

  private int depth;
  private double cpu;

  /** Counts the processor time of the calling threads only. */
  public Stopwatch() {
    this(() -> 0);
  }

  /**
   * Counts the processor time of threads that help the calling ones, too.
   *
   * @param helpers their processor time so far, in nanoseconds
   */
  public Stopwatch(LongSupplier helpers) {
    this.helpers = helpers;
  }

  /** Runs a piece of work and adds its time to a phase. */
  public void time(Phase phase, Runnable work) {
    time(
        phase,
        () -> {
          work.run();
          return true;
        });
  }

  /**
   * Runs a piece of work, adds its time to a phase and gives its result. What is timed within it
   * counts for its own phase only.
   */
  public <T> T time(Phase phase, Supplier<T> work) {
    double before = inner;
    long cpuStart = depth++ == 0 ? cpuNanos() : 0;
    inner = 0;
    long start = System.nanoTime();
    try {
      return work.get();
    } finally {
      double all = (System.nanoTime() - start) / 1e9;
      seconds.merge(phase, all - inner, Double::sum);
      inner = before + all;
      if (--depth == 0) {
        cpu += (cpuNanos() - cpuStart) / 1e9;
      }
    }
  }

  private long cpuNanos() {
    return THREADS.isCurrentThreadCpuTimeSupported()
        ? THREADS.getCurrentThreadCpuTime() + helpers.getAsLong()
        : 0;
  }

  /** The seconds of a phase so far. */
  public double seconds(Phase phase) {
    return seconds.getOrDefault(phase, 0.0);
  }

  /** The processor seconds of all phases so far; NaN if the platform does not tell. */
  public double cpuSeconds() {
    return THREADS.isCurrentThreadCpuTimeSupported() ? cpu : Double.NaN;
  }

  State save() {
    Map<String, Object> values = new LinkedHashMap<>();
    seconds.forEach((phase, value) -> values.put(phase.name(), value));
    values.put(CPU, cpu);
    return State.ofValues(values);
  }

  void restore(State state) {
    for (Phase phase : Phase.values()) {
      // Loading has happened again in this process.
      if (phase != Phase.LOAD && state.values().containsKey(phase.name())) {
        seconds.put(phase, state.number(phase.name()));
      }
    }
    if (state.values().containsKey(CPU)) {
      cpu += state.number(CPU);
    }
  }
}
