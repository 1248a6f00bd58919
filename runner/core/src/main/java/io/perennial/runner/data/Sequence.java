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
  private final Settings settings;
  private final List<Scenario> parts = new ArrayList<>();

  /**
   * The settings.
   *
   * @param scenarios the parts; all have the same setting
   * @param size height and width of all images; empty to leave them as they are
   */
  public record Settings(
      @Description("the scenarios, all of the same setting") List<Configured<Scenario>> scenarios,
      @Description(
              value =
                  "height and width that all images are resized to, such as [28, 28]; empty if they"
                      + " have the same size",
              byDefault = "[]",
              min = 1)
          List<Integer> size) {
    /** Checks that there is a part, and that a size has two numbers. */
    public Settings {
      size = List.copyOf(size);
      if (!size.isEmpty() && size.size() != 2) {
        throw new IllegalArgumentException(
            "size must be a height and a width, such as [28, 28], not " + size);
      }
      if (scenarios.isEmpty()) {
        throw new IllegalArgumentException("scenarios must have at least one scenario");
      }
      scenarios = List.copyOf(scenarios);
    }
  }

  @Inject
  Sequence(Settings settings, Extensions extensions) {
    this.settings = settings;
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

  /** {@inheritDoc} Where one part blurs its tasks, the stream is blurred. */
  @Override
  public Boundaries boundaries() {
    return parts.stream().anyMatch(part -> part.boundaries() == Boundaries.BLURRED)
        ? Boundaries.BLURRED
        : Boundaries.SHARP;
  }

  @Override
  public List<Task> tasks() {
    if (parts.stream().anyMatch(part -> part.boundaries() == Boundaries.NONE)) {
      throw new InputException(
          "scenario.scenarios: a part without boundaries cannot stand between others, because its ends would be boundaries. Put the sequence inside task-free.");
    }
    boolean shared = setting() == Setting.DOMAIN_INCREMENTAL;
    List<Task> tasks = new ArrayList<>();
    int shift = 0;
    for (int part = 0; part < parts.size(); part++) {
      int classes = 0;
      for (Task original : parts.get(part).tasks()) {
        Task task = resized(original);
        int last = Arrays.stream(task.classes()).max().orElse(-1);
        classes = Math.max(classes, last + 1);
        String name = (part + 1) + ": " + task.name();
        tasks.add(shifted(task, tasks.size(), name, shared ? 0 : shift));
      }
      shift += classes;
    }
    refuseDifferentShapes(tasks);
    return List.copyOf(tasks);
  }

  private Task resized(Task task) {
    if (settings.size().isEmpty()) {
      return task;
    }
    long[] shape = task.shape();
    if (shape.length != 3) {
      throw new InputException(
          "scenario.size: the examples of task '%s' have the shape %s; only images, [channels, height, width], can be resized. Leave size out, or choose data sets of images."
              .formatted(task.name(), Arrays.toString(shape)));
    }
    long[] size = {shape[0], settings.size().get(0), settings.size().get(1)};
    if (Arrays.equals(shape, size)) {
      return task;
    }
    int[] old = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
    ImageMap map =
        new Resizing(old[0], old[1], old[2], settings.size().get(0), settings.size().get(1));
    int length = old[0] * old[1] * old[2];
    return new Task(
        task.index(),
        task.name(),
        size,
        task.classes(),
        new MappedExamples(task.training(), map, length),
        new MappedExamples(task.validation(), map, length),
        new MappedExamples(task.test(), map, length));
  }

  private static void refuseDifferentShapes(List<Task> tasks) {
    List<String> shapes =
        tasks.stream().map(task -> Arrays.toString(task.shape())).distinct().toList();
    if (shapes.size() > 1) {
      throw new InputException(
          "scenario.scenarios: all examples must have the same shape, but there are %s. Give images one size with 'size', such as size: [28, 28]."
              .formatted(String.join(" and ", shapes)));
    }
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
