package io.perennial.runner.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code perennial demo}. */
@Command(
    name = "demo",
    description = "Learns five tasks of handwritten digits in three ways and compares them.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final PluginOptions plugins = new PluginOptions();
  @Mixin private final RunningOptions running = new RunningOptions();

  @Override
  public Integer call() {
    CommandSpec own = Given.value(spec);
    running.check(own);
    try (Engine engine = Given.value(main).engine(running.threads(), plugins)) {
      return new Demo(engine, own.commandLine(), running, plugins).run();
    }
  }
}
