package io.perennial.runner.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code perennial list}. */
@Command(
    name = "list",
    description = "Shows every extension found, and what was refused.",
    mixinStandardHelpOptions = true)
final class ListCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final PluginOptions plugins = new PluginOptions();

  @Option(names = "--json", description = "For programs.")
  private boolean json;

  @Override
  public Integer call() {
    try (Engine engine = Given.value(main).engine(1, plugins)) {
      return new Listing(engine.extensions(), Given.value(spec).commandLine()).print(json);
    }
  }
}
