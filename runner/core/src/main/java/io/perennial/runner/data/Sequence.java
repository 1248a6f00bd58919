package io.perennial.runner.data;

import io.perennial.api.Configured;
import io.perennial.api.Description;
import io.perennial.api.Examples;
import io.perennial.api.Extensions;
import io.perennial.api.InputException;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The tasks of several scenarios, one scenario after the other. In the domain-incremental setting
 * all share their classes; in the others each scenario has classes of its own.
 */
@Description("the tasks of several scenarios, one scenario after the other")
public final class Sequence implements Scenario {
  private final List<Scenario> parts = new ArrayList<>();

  /**
   * The settings.
   *
   * @param scenarios the parts; all have the same setting and shape of examples
   */
  public record Settings(
      @Description("the scenarios, all of the same setting") List<Configured<Scenario>> scenarios) {
    /** Checks that there is a part. */
    public Settings {
      if (scenarios.isEmpty()) {
        throw new IllegalArgumentException("scenarios must have at least one scenario");
      }
      scenarios = List.copyOf(scenarios);
    }
  }

  @Inject
  Sequence(Settings settings, Extensions extensions) {
    for (Configured<Scenario> block : settings.scenarios()) {
      parts.add(extensions.create(block, "part " + parts.size()));
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws InputException if the parts do not agree
   */
  @Override
  public Setting setting() {
    List<Setting> settings = parts.stream().map(Scenario::setting).distinct().toList();
    if (settings.size() > 1) {
      throw new InputException(
          "scenario.scenarios: all must have the same setting, but they have %s. Give each the same setting."
              .formatted(settings));
    }
    return settings.get(0);
  }

  @Override
  public List<Task> tasks() {
    boolean shared = setting() == Setting.DOMAIN_INCREMENTAL;
    List<Task> tasks = new ArrayList<>();
    int shift = 0;
    for (int part = 0; part < parts.size(); part++) {
      int classes = 0;
      for (Task task : parts.get(part).tasks()) {
        int last = Arrays.stream(task.classes()).max().orElse(-1);
        classes = Math.max(classes, last + 1);
        String name = (part + 1) + ": " + task.name();
        tasks.add(shifted(task, tasks.size(), name, shared ? 0 : shift));
      }
      shift += classes;
    }
    return List.copyOf(tasks);
  }

  private static Task shifted(Task task, int index, String name, int shift) {
    int last = Arrays.stream(task.classes()).max().orElse(-1);
    int[] labels = IntStream.rangeClosed(0, last).map(label -> label + shift).toArray();
    return new Task(
        index,
        name,
        task.shape(),
        Arrays.stream(task.classes()).map(label -> label + shift).toArray(),
        relabelled(task.training(), labels),
        relabelled(task.validation(), labels),
        relabelled(task.test(), labels));
  }

  private static Examples relabelled(Examples examples, int[] labels) {
    return new Relabelled(examples, labels);
  }
}
