package io.perennial.runner.cli;

import io.perennial.runner.plugin.LockFile;
import io.perennial.runner.result.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code perennial lock}. */
@Command(
    name = "lock",
    description = "Writes plugins.lock: the plugins as they are now, for --locked.",
    mixinStandardHelpOptions = true)
final class LockCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final PluginOptions plugins = new PluginOptions();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write it. Default: plugins.lock, where --locked reads it")
  private Path file = Path.of("plugins.lock");

  @Override
  public Integer call() {
    CommandLine command = Given.value(spec).commandLine();
    try (Engine engine = Given.value(main).engine(1, plugins)) {
      Refused.tell(engine, command);
      String text = LockFile.of(engine.extensions());
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
      long jars = text.lines().filter(line -> !line.startsWith("#")).count();
      command.getOut().println("Locked " + jars + " jars in " + file);
      command.getOut().flush();
      return CommandLine.ExitCode.OK;
    }
  }
}
