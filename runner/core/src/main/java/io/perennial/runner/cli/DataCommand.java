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

/** {@code perennial data}. */
@Command(
    name = "data",
    description = "Shows the tasks of a configuration and mistakes in their data; trains nothing.",
    mixinStandardHelpOptions = true)
final class DataCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final PluginOptions plugins = new PluginOptions();

  @Parameters(paramLabel = "CONFIG", description = "YAML file; 'perennial schema' describes it.")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Replaces a value, such as scenario.tasks=2.")
  private final List<String> overrides = new ArrayList<>();

  @Option(names = "--json", description = "For programs.")
  private boolean json;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Also writes data.json there and, of images, a sheet of thumbnails a task.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    try (Engine engine = Given.value(main).engine(1, plugins)) {
      return new DataReport(engine, Given.value(spec).commandLine())
          .report(Given.value(file), overrides, json, out);
    }
  }
}
