package io.perennial.runner.inspection;

import io.perennial.api.Finding;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.ArrayList;
import java.util.List;

/**
 * What a stream of tasks looks like before training.
 *
 * @param setting what is known at test time
 * @param boundaries how a task ends
 * @param classNames by label; empty if the classes have none but their numbers
 * @param tasks as the scenario gives them, in its order
 * @param summaries of the tasks
 * @param findings mistakes, or what looks like one
 */
public record Inspection(
    Setting setting,
    Scenario.Boundaries boundaries,
    List<String> classNames,
    List<Task> tasks,
    List<TaskSummary> summaries,
    List<Finding> findings) {

  /**
   * Reads every example once.
   *
   * @throws io.perennial.api.InputException if the data cannot be read
   */
  public static Inspection of(Scenario scenario) {
    List<Task> tasks = scenario.tasks();
    List<Finding> findings =
        new ArrayList<>(LabelChecks.of(tasks, scenario.setting(), scenario.boundaries()));
    ContentChecks contents = new ContentChecks(tasks, findings);
    List<TaskSummary> summaries = tasks.stream().map(contents::summarize).toList();
    return new Inspection(
        scenario.setting(),
        scenario.boundaries(),
        scenario.classNames(),
        tasks,
        summaries,
        List.copyOf(findings));
  }

  /** The name of a class, or its number if it has none. */
  public String className(int label) {
    return label >= 0 && label < classNames.size()
        ? classNames.get(label)
        : Integer.toString(label);
  }

  /** Whether a run on this stream would be refused. */
  public boolean hasErrors() {
    return findings.stream().anyMatch(finding -> finding.severity() == Finding.Severity.ERROR);
  }
}
