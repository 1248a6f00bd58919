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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code perennial check}. */
@Command(
    name = "check",
    description = "Looks whether a configuration can run; trains and writes nothing.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final PluginOptions plugins = new PluginOptions();

  @Parameters(paramLabel = "CONFIG", description = "YAML file; 'perennial schema' describes it.")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Replaces a value, such as training.epochs=3 or strategies[0].lambda=100.")
  private final List<String> overrides = new ArrayList<>();

  @Override
  public Integer call() {
    try (Engine engine = Given.value(main).engine(0, plugins)) {
      return new Checking(engine, Given.value(spec).commandLine())
          .check(Given.value(file), overrides);
    }
  }
}
