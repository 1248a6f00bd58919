package io.perennial.runner.inspection;

import io.perennial.api.Examples;
import io.perennial.api.Finding;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Mistakes that the labels and the first examples give away, cheap enough for every run: all labels
 * are read, and a few examples a task.
 */
public final class LabelChecks {
  /** Enough examples to tell that a reader gives the same one again and again. */
  private static final int LOOKED_AT = 32;

  private static final int NAMED = 5;

  private final List<Task> tasks;
  private final Scenario.Boundaries boundaries;
  private final List<Finding> findings = new ArrayList<>();

  private LabelChecks(List<Task> tasks, Scenario.Boundaries boundaries) {
    this.tasks = tasks;
    this.boundaries = boundaries;
  }

  /**
   * Looks at tasks.
   *
   * @param tasks as the scenario gives them
   */
  public static List<Finding> of(
      List<Task> tasks, Setting setting, Scenario.Boundaries boundaries) {
    LabelChecks checks = new LabelChecks(tasks, boundaries);
    for (Task task : tasks) {
      checks.checkTask(task);
    }
    if (boundaries == Scenario.Boundaries.SHARP && setting != Setting.DOMAIN_INCREMENTAL) {
      checks.checkSharedClasses();
    }
    return List.copyOf(checks.findings);
  }

  private void checkTask(Task task) {
    String subject = "task '" + task.name() + "'";
    LabelCounts training = checked(subject, task, "training", task.training());
    checked(subject, task, "validation", task.validation());
    LabelCounts test = checked(subject, task, "test", task.test());
    // A part of a stream without boundaries has all classes of the stream, most of them elsewhere.
    if (boundaries != Scenario.Boundaries.NONE) {
      warnOfEmpty(subject, training, "training", "it cannot be learned here");
    }
    if (boundaries == Scenario.Boundaries.SHARP) {
      warnOfEmpty(subject, test, "test", "how well it is known is not measured");
    }
    if (allEqual(task)) {
      findings.add(
          Finding.warning(
              subject,
              "its first "
                  + Math.min(LOOKED_AT, task.training().size())
                  + " training examples are all the same.",
              "Look at them with 'perennial data'; is the right file read?"));
    }
  }

  private LabelCounts checked(String subject, Task task, String part, Examples examples) {
    LabelCounts counts = LabelCounts.of(task.classes(), examples);
    if (counts.outside() > 0) {
      findings.add(
          Finding.error(
              subject,
              "%d of its %s examples have a label that is none of its classes %s: example %d has %d."
                  .formatted(
                      counts.outside(),
                      part,
                      shortened(task.classes()),
                      counts.firstOutside(),
                      examples.label(counts.firstOutside())),
              "Correct the labels, or let the scenario name all classes of the task."));
    }
    return counts;
  }

  private void warnOfEmpty(String subject, LabelCounts counts, String part, String consequence) {
    int[] empty = new int[counts.classes().length];
    int found = 0;
    for (int c = 0; c < empty.length; c++) {
      if (counts.counts()[c] == 0) {
        empty[found++] = counts.classes()[c];
      }
    }
    // With no example at all there is nothing to say of classes; the pre-flight refuses it.
    if (found > 0 && found < empty.length) {
      findings.add(
          Finding.warning(
              subject,
              "it has no %s example of class %s, so %s."
                  .formatted(part, shortened(Arrays.copyOf(empty, found)), consequence),
              ""));
    }
  }

  private static boolean allEqual(Task task) {
    int size = Math.min(LOOKED_AT, task.training().size());
    int width = Math.toIntExact(Arrays.stream(task.shape()).reduce(1, (a, b) -> a * b));
    float[] first = new float[width];
    float[] other = new float[width];
    if (size > 0) {
      task.training().read(0, first, 0);
    }
    for (int i = 1; i < size; i++) {
      task.training().read(i, other, 0);
      if (!Arrays.equals(first, other)) {
        return false;
      }
    }
    return size > 1;
  }

  private void checkSharedClasses() {
    Map<Integer, List<String>> owners = new TreeMap<>();
    for (Task task : tasks) {
      for (int label : task.classes()) {
        owners.computeIfAbsent(label, any -> new ArrayList<>()).add("'" + task.name() + "'");
      }
    }
    owners.values().removeIf(names -> names.size() < 2);
    if (!owners.isEmpty()) {
      Map.Entry<Integer, List<String>> example = owners.entrySet().iterator().next();
      findings.add(
          Finding.warning(
              "scenario",
              "%s in more than one task; class %d, for one, in %s. In this setting new tasks bring new classes."
                  .formatted(
                      owners.size() == 1 ? "a class is" : owners.size() + " classes are",
                      example.getKey(),
                      String.join(" and ", example.getValue())),
              "If the classes stay the same and the input changes, choose setting:"
                  + " domain-incremental."));
    }
  }

  private static String shortened(int[] labels) {
    String start =
        Arrays.stream(labels)
            .limit(NAMED)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(", "));
    return labels.length > NAMED ? start + ", … (" + labels.length + " in all)" : start;
  }
}
