package io.perennial.runner.data;

import io.perennial.api.InputException;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.List;

/** The scenario that another one softens the borders of, and what it must be like. */
record InnerTasks(String outer, Scenario scenario) {
  /**
   * The setting, if tasks may mix in it.
   *
   * @throws InputException if it is task-incremental
   */
  Setting setting() {
    Setting setting = scenario.setting();
    if (setting == Setting.TASK_INCREMENTAL) {
      throw new InputException(
          "scenario.scenario: its setting is task-incremental, but where tasks mix no example can be asked with the label of its task, so %s supports domain-incremental and class-incremental. Set scenario.scenario.setting to one of these."
              .formatted(outer));
    }
    return setting;
  }

  /**
   * The tasks, if there are borders between them.
   *
   * @throws InputException if there is nothing to soften
   */
  List<Task> tasks() {
    setting();
    if (scenario.boundaries() != Scenario.Boundaries.SHARP) {
      throw new InputException(
          "scenario.scenario: its tasks mix already. Put a scenario with sharp borders inside %s, such as split."
              .formatted(outer));
    }
    List<Task> tasks = scenario.tasks();
    if (tasks.size() < 2) {
      throw new InputException(
          "scenario.scenario: it has a single task, so no task can pass into the next. Give it at least 2.");
    }
    return tasks;
  }
}
