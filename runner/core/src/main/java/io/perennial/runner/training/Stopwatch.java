package io.perennial.runner.training;

import io.perennial.api.State;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
  private double cpu;

  /** Null while nothing is timed. */
  private @Nullable Phase running;

  /** Up to when its time was added. */
  private long since;

  private long cpuSince;

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
    Phase outer = turnTo(phase);
    try {
      return work.get();
    } finally {
      turnTo(outer);
    }
  }

  /** Runs a piece of work that is part of no phase, in the middle of one. */
  public void pause(Runnable work) {
    Phase outer = turnTo(null);
    try {
      work.run();
    } finally {
      turnTo(outer);
    }
  }

  /** What is running from now on; gives what was until now. */
  private @Nullable Phase turnTo(@Nullable Phase next) {
    Phase before = running;
    long now = System.nanoTime();
    long cpuNow = cpuNanos();
    if (before != null) {
      seconds.merge(before, (now - since) / 1e9, Double::sum);
      cpu += (cpuNow - cpuSince) / 1e9;
    }
    running = next;
    since = now;
    cpuSince = cpuNow;
    return before;
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
    turnTo(running);
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
