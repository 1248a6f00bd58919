package io.perennial.runner.config;

import io.perennial.api.Configured;
import io.perennial.api.DataSource;
import io.perennial.api.InputException;
import io.perennial.api.Scenario;
import java.nio.file.Path;

/** A directory of data as what a model is to be taught next. */
public final class TasksDirectory {
  private static final String PATH = "path";
  private static final String DATASET = "dataset";

  private TasksDirectory() {}

  /**
   * The configuration with its scenario reading from another directory.
   *
   * @throws InputException if the scenario does not read its tasks from one directory
   */
  public static RunConfiguration of(RunConfiguration before, Path directory) {
    Configured<Scenario> scenario = before.scenario();
    Path absolute = directory.toAbsolutePath().normalize();
    Record settings = scenario.settings();
    if (Records.find(settings, PATH) instanceof Path) {
      return before.withScenario(with(scenario, Records.with(settings, PATH, absolute)));
    }
    if (Records.find(settings, DATASET) instanceof Configured<?> dataset
        && dataset.kind() == DataSource.class
        && Records.find(dataset.settings(), PATH) instanceof Path) {
      Configured<?> moved = with(dataset, Records.with(dataset.settings(), PATH, absolute));
      return before.withScenario(with(scenario, Records.with(settings, DATASET, moved)));
    }
    throw new InputException(
        "%s: a directory, but the run's scenario, %s, does not read its tasks from one. Give a YAML file with a scenario."
            .formatted(directory, scenario.type()));
  }

  private static <T> Configured<T> with(Configured<T> block, Record settings) {
    return new Configured<>(block.kind(), block.type(), settings);
  }
}
