package io.perennial.runner.cli;

import io.perennial.runner.config.SchemaWriter;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code perennial schema}. */
@Command(
    name = "schema",
    description = "Prints the JSON Schema of the configuration, for editors.",
    mixinStandardHelpOptions = true)
final class SchemaCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final PluginOptions plugins = new PluginOptions();

  @Override
  public Integer call() {
    try (Engine engine = Given.value(main).engine(1, plugins)) {
      PrintWriter out = Given.value(spec).commandLine().getOut();
      out.print(new SchemaWriter(engine.extensions()).write());
      out.flush();
      return CommandLine.ExitCode.OK;
    }
  }
}
