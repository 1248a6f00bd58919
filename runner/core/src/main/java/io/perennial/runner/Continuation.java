package io.perennial.runner;

import io.perennial.api.InputException;
import io.perennial.api.RunListener;
import io.perennial.api.Scenario;
import io.perennial.runner.config.ConfigurationWriter;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.config.TasksDirectory;
import io.perennial.runner.data.Preparation;
import io.perennial.runner.plugin.SettingType;
import io.perennial.runner.result.AtomicFile;
import io.perennial.runner.result.Checkpoint;
import io.perennial.runner.result.CheckpointStore;
import io.perennial.runner.result.History;
import io.perennial.runner.result.OutputDirectory;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Teaches the model of a run further tasks. Until the first of them is learned the earlier state
 * stays in force; a continuation that is interrupted later goes on where it was with the same
 * tasks.
 */
final class Continuation {
  private final Perennial perennial;
  private final RunDirectory run;

  Continuation(Perennial perennial, RunDirectory run) {
    this.perennial = perennial;
    this.run = run;
  }

  /**
   * Teaches the tasks of a file or directory.
   *
   * @throws InputException if something is wrong with them; nothing was written then
   * @throws RunFailedException if it failed
   */
  Results learn(Path tasks, List<RunListener> listeners) {
    RunConfiguration before = run.configuration();
    RunConfiguration configuration =
        Files.isDirectory(tasks)
            ? TasksDirectory.of(before, tasks)
            : perennial.readTasks(tasks, before);
    return learn(configuration, Optional.empty(), listeners);
  }

  /** Teaches tasks that a program hands over. */
  Results learn(Scenario scenario, List<RunListener> listeners) {
    return learn(
        run.configuration().withScenario(run.configuration().scenario()),
        Optional.of(scenario),
        listeners);
  }

  private Results learn(
      RunConfiguration configuration, Optional<Scenario> handed, List<RunListener> listeners) {
    try (OutputDirectory out = OutputDirectory.enter(run.path())) {
      History history = run.history();
      CheckpointStore checkpoints = run.checkpoints();
      Checkpoint latest = run.latest(checkpoints);
      History before = history.upTo(latest.tasksDone());
      if (before.generations().isEmpty()) {
        throw new InputException(
            "The run in %s has learned %d of its %d tasks. Let it end first, with 'perennial run CONFIG --out %s --resume'."
                .formatted(run.path(), latest.tasksDone(), history.tasks().size(), run.path()));
      }
      String file =
          handed.isPresent() ? "" : "continued-%d.yaml".formatted(before.generations().size());
      String yaml = new ConfigurationWriter().write(configuration);
      boolean begun =
          latest.tasksDone() > before.tasks().size() || latest.step() != Checkpoint.BETWEEN_TASKS;
      if (begun) {
        requireSame(file, yaml, history, latest);
      }
      Lesson lesson = new Lesson(configuration, file, handed);
      try (Assembly assembly = perennial.toContinue(lesson, before, run.past(perennial))) {
        refuseOther(before, assembly);
        if (begun && !sameData(history, assembly.history())) {
          throw unlike(history, latest);
        }
        assembly.refuseErrors();
        perennial.keepWithin(() -> MemoryEstimate.ofTraining(assembly.plan()));
        if (!file.isEmpty()) {
          AtomicFile.write(out.path().resolve(file), yaml.getBytes(StandardCharsets.UTF_8));
        }
        Execution execution =
            new Execution(
                configuration,
                assembly,
                out.path(),
                new RunOptions(out.path(), true, listeners),
                perennial::isToStop);
        RunResult result = execution.run();
        Perennial.report(out.path());
        Results results = Results.of(List.of(result));
        Throwable failure = execution.failure();
        if (failure != null) {
          throw new RunFailedException(Execution.reason(failure), results, failure);
        }
        return results;
      }
    }
  }

  /** The strategies' memory is of a setting and of boundaries. */
  private void refuseOther(History before, Assembly assembly) {
    Scenario first =
        perennial
            .wiring(before.seed(), new Preparation())
            .create(run.configuration().scenario(), "scenario");
    if (first.setting() != assembly.plan().setting()
        || (first.boundaries() == Scenario.Boundaries.NONE)
            != (assembly.plan().boundaries() == Scenario.Boundaries.NONE)) {
      throw new InputException(
          "scenario: the model was taught in the setting %s with boundaries %s; further tasks must be of the same kind, not %s with boundaries %s."
              .formatted(
                  SettingType.Choice.kebab(first.setting()),
                  SettingType.Choice.kebab(first.boundaries()),
                  SettingType.Choice.kebab(assembly.plan().setting()),
                  SettingType.Choice.kebab(assembly.plan().boundaries())));
    }
  }

  private void requireSame(String file, String yaml, History history, Checkpoint latest) {
    try {
      if (!file.equals(history.latest().configuration())
          || (!file.isEmpty() && !Files.readString(run.path().resolve(file)).equals(yaml))) {
        throw unlike(history, latest);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + run.path().resolve(file), e);
    }
  }

  private static boolean sameData(History recorded, History now) {
    return recorded.latest().dataSha256().equals(now.latest().dataSha256());
  }

  private InputException unlike(History history, Checkpoint latest) {
    return new InputException(
        "An earlier continuation of %s was interrupted after %d of %d tasks. Let it end first: continue with the tasks that it was given, which stand in %s."
            .formatted(
                run.path(),
                latest.tasksDone(),
                history.tasks().size(),
                run.path().resolve(history.latest().configuration())));
  }
}
