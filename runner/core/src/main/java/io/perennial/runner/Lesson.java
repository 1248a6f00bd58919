package io.perennial.runner;

import io.perennial.api.Scenario;
import io.perennial.api.Task;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.data.Preparation;
import io.perennial.runner.plugin.Wiring;
import io.perennial.runner.result.History;
import io.perennial.runner.training.TaskStream;
import java.util.Optional;

/**
 * What is taught at one time.
 *
 * @param configuration with its scenario
 * @param file that holds the configuration, in the run's directory; empty if the scenario was
 *     handed over
 * @param handed in the place of the configuration's scenario
 */
record Lesson(RunConfiguration configuration, String file, Optional<Scenario> handed) {
  static Lesson of(RunConfiguration configuration, String file) {
    return new Lesson(configuration, file, Optional.empty());
  }

  Scenario scenario(Wiring wiring) {
    return handed.orElseGet(() -> wiring.create(configuration.scenario(), "scenario"));
  }

  /**
   * What history keeps of it.
   *
   * @param taught its own tasks
   * @param stream all tasks, its own last
   * @param dataSha256 of its own tasks
   * @param seed of the run
   */
  History.Generation generation(
      TaskStream taught,
      TaskStream stream,
      int[] order,
      String dataSha256,
      long seed,
      Preparation preparation) {
    int before = stream.size() - taught.size();
    return new History.Generation(
        file,
        stream.tasks().get(0).shape(),
        order,
        stream.tasks().subList(before, stream.size()).stream().map(Lesson::entry).toList(),
        stream.classNames(),
        dataSha256,
        Origin.ofSettings(configuration, seed),
        preparation.save());
  }

  private static History.TaskEntry entry(Task task) {
    return new History.TaskEntry(
        task.name(),
        task.classes(),
        task.training().size(),
        task.validation().size(),
        task.test().size());
  }
}
