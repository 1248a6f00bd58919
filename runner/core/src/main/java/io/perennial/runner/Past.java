package io.perennial.runner;

import io.perennial.api.Finding;
import io.perennial.api.InputException;
import io.perennial.api.Scenario;
import io.perennial.api.Task;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.data.Preparation;
import io.perennial.runner.inspection.Fingerprint;
import io.perennial.runner.plugin.Wiring;
import io.perennial.runner.result.History;
import io.perennial.runner.training.AbsentExamples;
import io.perennial.runner.training.TaskStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;

/**
 * Brings back the tasks that a model was taught before. Their data is needed only to measure what
 * is still known of them, and by strategies that keep all data: where it is no longer what it was,
 * the tasks come without their examples.
 *
 * @param configurations reads the file that a generation names
 * @param wiring makes its scenario, given how data was prepared
 */
record Past(
    Function<String, RunConfiguration> configurations, Function<Preparation, Wiring> wiring) {
  /** All tasks of before, without their data. */
  static TaskStream absent(History history) {
    TaskStream stream = TaskStream.learned(List.of(), List.of(), new BitSet());
    for (History.Generation generation : history.generations()) {
      stream = withAbsent(stream, generation);
    }
    return stream;
  }

  private static TaskStream withAbsent(TaskStream before, History.Generation generation) {
    List<Task> tasks = new ArrayList<>(before.tasks());
    BitSet ends = new BitSet();
    for (int t = 0; t < tasks.size(); t++) {
      ends.set(t, before.endsWith(t) || t == tasks.size() - 1);
    }
    for (History.TaskEntry entry : generation.tasks()) {
      tasks.add(
          new Task(
              tasks.size(),
              entry.name(),
              generation.shape(),
              entry.classes(),
              new AbsentExamples(entry.name(), entry.training()),
              new AbsentExamples(entry.name(), entry.validation()),
              new AbsentExamples(entry.name(), entry.test())));
    }
    return TaskStream.learned(tasks, generation.classNames(), ends);
  }

  /**
   * The tasks of before, with their data where it is as it was.
   *
   * @param preparation of all data, the newest included
   * @param findings is told of what is missing
   */
  TaskStream stream(History before, Preparation preparation, List<Finding> findings) {
    TaskStream stream = TaskStream.learned(List.of(), List.of(), new BitSet());
    for (History.Generation generation : before.generations()) {
      int first = stream.size();
      try {
        RunConfiguration configuration = configurations.apply(generation.configuration());
        Preparation then = Preparation.of(generation.preparation());
        Read read = read(configuration, generation, then);
        if (!Fingerprint.of(read.stream().tasks(), read.stream().classNames())
            .equals(generation.dataSha256())) {
          throw new InputException("it is not what it was");
        }
        if (!then.save().equals(preparation.save())) {
          // A word that no one knew then may have a number now.
          read = read(configuration, generation, Preparation.of(preparation.save()));
        }
        stream = stream.then(read.stream(), read.scenario().setting());
      } catch (InputException e) {
        findings.add(absence(first, generation, e));
        stream = withAbsent(stream, generation);
      }
    }
    return stream;
  }

  private static Finding absence(int first, History.Generation generation, InputException e) {
    int last = first + generation.tasks().size();
    return Finding.warning(
        last == first + 1
            ? "task '%s'".formatted(generation.tasks().get(0).name())
            : "tasks %d to %d".formatted(first + 1, last),
        "their data, learned before, is not at hand (%s), so it is not measured what is still known of them."
            .formatted(String.join(" ", e.problems())),
        "");
  }

  private Read read(
      RunConfiguration configuration, History.Generation generation, Preparation preparation) {
    Wiring made = wiring.apply(preparation);
    Scenario scenario = made.create(configuration.scenario(), "scenario");
    List<Task> tasks = scenario.tasks();
    if (tasks.size() != generation.order().length) {
      throw new InputException(
          "there were %d tasks, and now there are %d"
              .formatted(generation.order().length, tasks.size()));
    }
    return new Read(
        scenario,
        TaskStream.of(tasks, generation.order(), scenario.classNames())
            .first(configuration.firstTasks())
            .measuredOn(configuration.measureOn()));
  }

  private record Read(Scenario scenario, TaskStream stream) {}
}
