package io.perennial.api;

import java.nio.file.Path;
import java.util.List;

/**
 * Extension point: decides where and when the runs of a configuration with several seeds execute.
 * What a run computes does not depend on it.
 */
public interface Launcher {
  /**
   * Executes each run once, in any order, and returns when all have ended. A run that fails says so
   * in its results and does not keep the others from being executed.
   *
   * @throws RuntimeException if a run could not be executed at all; what has ended by then is kept
   */
  void launch(List<Run> runs);

  /** One run, with one seed. */
  interface Run {
    /** Unique among the runs, such as {@code seed-3}. */
    String name();

    /** The YAML that {@code perennial run} takes elsewhere. */
    String configuration();

    /** Where its results belong; whoever executes it elsewhere puts them there. */
    Path directory();

    /** Whether {@link #directory} may hold a checkpoint from which it is to go on. */
    boolean resumes();

    /** How many threads the runs that execute in this process may use together. */
    int threads();

    /**
     * Executes it in this process, on the calling thread. Several may execute here at a time, on
     * threads of their own; when memory for their data would be short, some wait for others.
     *
     * @param threads how many it may use for its arithmetic, the calling one among them
     */
    void execute(int threads);

    /** Executes it in this process with all {@link #threads()}, while no other does. */
    default void execute() {
      execute(threads());
    }
  }
}
