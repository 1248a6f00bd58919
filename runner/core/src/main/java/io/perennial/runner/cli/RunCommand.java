package io.perennial.runner.cli;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code perennial run}. */
@Command(
    name = "run",
    description = "Trains and measures what a configuration describes.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final PluginOptions plugins = new PluginOptions();
  @Mixin private final RunningOptions running = new RunningOptions();
  @Mixin private final LiveOptions live = new LiveOptions();

  @Parameters(paramLabel = "CONFIG", description = "YAML file; 'perennial schema' describes it.")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Replaces a value, such as training.epochs=3 or strategies[0].lambda=100.")
  private final List<String> overrides = new ArrayList<>();

  @Option(
      names = "--resume",
      description = "Goes on from the latest checkpoint in the directory given with --out.")
  private boolean resume;

  @Option(
      names = "--force",
      description =
          "With --resume: goes on although the configuration, the data, a plugin, ND4J or the BLAS"
              + " kernel is another; the run then ends as no uninterrupted one would.")
  private boolean force;

  @Mixin private final MemoryOption memory = new MemoryOption();

  @Override
  public Integer call() {
    Main parent = Given.value(main);
    CommandSpec own = Given.value(spec);
    running.check(own);
    if (resume && running.out() == null) {
      throw new ParameterException(
          own.commandLine(), "--resume needs --out DIR, the directory of the run to go on with");
    }
    if (force && !resume) {
      throw new ParameterException(
          own.commandLine(), "--force says how to go on with a run, so it needs --resume");
    }
    Optional<InetSocketAddress> address = live.where(own);
    try (Engine engine = parent.engine(running.threads(), plugins)) {
      memory.limit(engine);
      return new Running(engine, own.commandLine(), running, plugins, address)
          .run(Given.value(file), overrides, resume, force);
    }
  }
}
