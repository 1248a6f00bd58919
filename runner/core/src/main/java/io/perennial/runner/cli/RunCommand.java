package io.perennial.runner.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  @Override
  public Integer call() {
    Main parent = Given.value(main);
    CommandSpec own = Given.value(spec);
    running.check(own);
    if (resume && running.out() == null) {
      throw new ParameterException(
          own.commandLine(), "--resume needs --out DIR, the directory of the run to go on with");
    }
    try (Engine engine = parent.engine(running.threads(), plugins)) {
      return new Running(engine, own.commandLine(), running)
          .run(Given.value(file), overrides, resume);
    }
  }
}
