package io.perennial.runner.cli;

import io.perennial.api.RunListener;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunStoppedException;
import io.perennial.runner.result.Results;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code perennial continue}. */
@Command(
    name = "continue",
    description = "Teaches the model that a run left further tasks, into the run's directory.",
    mixinStandardHelpOptions = true)
final class ContinueCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private final PluginOptions plugins = new PluginOptions();

  @Parameters(paramLabel = "DIR", description = "The directory of a run.")
  private @Nullable Path directory;

  @Parameters(
      paramLabel = "TASKS",
      description =
          "YAML file with a scenario, and training, evaluate, order or firstTasks where they shall"
              + " differ; or a directory that the run's own scenario reads from.")
  private @Nullable Path tasks;

  @Mixin private final ThreadsOption threads = new ThreadsOption();
  @Mixin private final MemoryOption memory = new MemoryOption();

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress.")
  private boolean quiet;

  @Override
  public Integer call() {
    CommandSpec own = Given.value(spec);
    try (Engine engine = Given.value(main).engine(threads.checked(own), plugins)) {
      Refused.tell(engine, own.commandLine());
      memory.limit(engine);
      Path run = Given.value(directory);
      RunSummary summary = new RunSummary(own.commandLine().getOut());
      Path file = run.resolve("run.log");
      try (Signals signals = new Signals(engine::stop, own.commandLine().getErr());
          RunLog log = new RunLog(file);
          Progress progress = new Progress(List.of(), quiet)) {
        List<RunListener> listeners = new ArrayList<>(List.of(log));
        listeners.addAll(progress.listeners());
        summary.print(learn(engine, signals, run, listeners), run);
        return ExitCode.OK;
      } catch (RunFailedException e) {
        summary.print(e.results(), run);
        throw new LoggedException(e, file);
      }
    }
  }

  private Results learn(Engine engine, Signals signals, Path run, List<RunListener> listeners) {
    try {
      return engine.learn(run, Given.value(tasks), listeners);
    } catch (RunStoppedException e) {
      throw new StoppedException(
          e,
          signals.exitCode().orElse(ExitCode.SOFTWARE),
          ResumeCommand.ofTeaching(run, Given.value(tasks), threads.given(), plugins));
    }
  }
}
