package io.perennial.runner.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How many threads a command computes with. */
final class ThreadsOption {
  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads for the arithmetic; results do not depend on it. Default: all")
  private @Nullable Integer threads;

  /**
   * As it was given; 0 if it was not.
   *
   * @throws ParameterException if fewer than one was given
   */
  int checked(CommandSpec spec) {
    if (threads != null && threads < 1) {
      throw new ParameterException(
          spec.commandLine(), "--threads must be at least 1, not " + threads);
    }
    return given();
  }

  /** 0 if it was not given. */
  int given() {
    return threads == null ? 0 : threads;
  }
}
