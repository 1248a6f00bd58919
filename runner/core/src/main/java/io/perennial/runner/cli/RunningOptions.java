package io.perennial.runner.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of every command that trains. */
final class RunningOptions {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the results go; new or empty. Default: runs/NAME-TIMESTAMP")
  private @Nullable Path out;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads for the arithmetic; results do not depend on it. Default: all")
  private @Nullable Integer threads;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress.")
  private boolean quiet;

  void check(CommandSpec spec) {
    if (threads != null && threads < 1) {
      throw new ParameterException(
          spec.commandLine(), "--threads must be at least 1, not " + threads);
    }
  }

  @Nullable Path out() {
    return out;
  }

  /** 0 if it was not given. */
  int threads() {
    return threads == null ? 0 : threads;
  }

  boolean quiet() {
    return quiet;
  }
}
