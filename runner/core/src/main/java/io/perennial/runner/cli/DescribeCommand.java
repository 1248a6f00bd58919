package io.perennial.runner.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code perennial describe}. */
@Command(
    name = "describe",
    description = "Explains an extension's settings: defaults, ranges, meaning, paper.",
    mixinStandardHelpOptions = true)
final class DescribeCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final PluginOptions plugins = new PluginOptions();

  @Parameters(paramLabel = "NAME", description = "As 'perennial list' shows it, such as ewc.")
  private @Nullable String name;

  @Override
  public Integer call() {
    try (Engine engine = Given.value(main).engine(1, plugins)) {
      return new Describing(engine.extensions(), Given.value(spec).commandLine())
          .print(Given.value(name));
    }
  }
}
