package io.perennial.runner.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code perennial bench}. */
@Command(
    name = "bench",
    description = {
      "Measures this machine and this build: matrix products, training steps, whole runs, what"
          + " strategies cost.",
      "Other work on the machine distorts times; ratios stand it better."
    },
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final PluginOptions plugins = new PluginOptions();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The four MNIST files for the standard job. Default: images of that kind, generated")
  private @Nullable Path data;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads to compare with one. Default: all")
  private @Nullable Integer threads;

  @Option(names = "--quick", description = "Fewer images and shorter measurements.")
  private boolean quick;

  @Option(names = "--json", description = "For programs.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress.")
  private boolean quiet;

  @Override
  public Integer call() {
    CommandSpec own = Given.value(spec);
    int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    if (count < 1) {
      throw new ParameterException(own.commandLine(), "--threads must be at least 1, not " + count);
    }
    try (Engine engine = Given.value(main).engine(count, plugins)) {
      return new Benching(engine, own.commandLine()).run(data, count, quick, quiet, json);
    }
  }
}
