package io.perennial.runner.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of every command that trains. */
final class RunningOptions {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the results go; new or empty. Default: runs/NAME-TIMESTAMP")
  private @Nullable Path out;

  @Mixin private final ThreadsOption threads = new ThreadsOption();

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress.")
  private boolean quiet;

  void check(CommandSpec spec) {
    threads.checked(spec);
  }

  @Nullable Path out() {
    return out;
  }

  /** 0 if it was not given. */
  int threads() {
    return threads.given();
  }

  boolean quiet() {
    return quiet;
  }
}
