package io.perennial.runner.data;

import io.perennial.api.Configured;
import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Description;
import io.perennial.api.Examples;
import io.perennial.api.Extensions;
import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import io.perennial.runner.config.Records;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Each directory in a directory is a data set of its own and a task, in the order of their names.
 * Classes are told by their names and numbered in the order in which the stream brings them, and
 * what is held out of a task depends on the seed and the task's name only: directories that come
 * later leave the tasks before them as they were.
 */
@Description("a directory of data sets, each a task, in the order of their names")
public final class FileTasks implements Scenario {
  private static final String PATH = "path";

  private final Settings settings;
  private final RandomSource random;
  private final Extensions extensions;
  private List<String> classNames = List.of();

  /**
   * The settings.
   *
   * @param dataset how each directory is read; its path is the directory of directories
   * @param setting what is known at test time
   * @param validation the fraction of each task's training examples that is held out
   */
  public record Settings(
      @Description(
              "how each task's directory is read, such as {type: idx, path: DIR}; the directories"
                  + " in its path are the tasks")
          Configured<DataSource> dataset,
      @Description(value = "what is known at test time", byDefault = "class-incremental")
          Setting setting,
      @Description(
              value =
                  "fraction of each task's training examples held out for validation; at least one"
                      + " example when above 0",
              byDefault = "0.0",
              min = 0,
              max = 1,
              belowMax = true)
          double validation) {}

  @Inject
  FileTasks(Settings settings, RandomSource random, Extensions extensions) {
    this.settings = settings;
    this.random = random;
    this.extensions = extensions;
  }

  @Override
  public Setting setting() {
    return settings.setting();
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public List<Task> tasks() {
    Configured<DataSource> dataset = settings.dataset();
    if (!(Records.find(dataset.settings(), PATH) instanceof Path directory)) {
      throw new InputException(
          "scenario.dataset: '%s' has no setting 'path', so it cannot read one directory a task. Choose one that has, such as idx."
              .formatted(dataset.type()));
    }
    Map<String, Integer> labels = new LinkedHashMap<>();
    List<Task> tasks = new ArrayList<>();
    for (Path entry : TaskEntries.of(directory, "directory", Files::isDirectory)) {
      String name = TaskEntries.name(entry);
      Configured<DataSource> own =
          new Configured<>(
              dataset.kind(), dataset.type(), Records.with(dataset.settings(), PATH, entry));
      tasks.add(task(tasks.size(), name, extensions.create(own, "task " + name).load(), labels));
    }
    refuseDifferentShapes(tasks);
    classNames = List.copyOf(labels.keySet());
    return List.copyOf(tasks);
  }

  private Task task(int index, String name, DataSet data, Map<String, Integer> labels) {
    if (data.training() instanceof TableExamples) {
      throw new InputException(
          "scenario.dataset: the columns of a table are encoded as the first task shows them, which files does not do. For CSV files choose scenario type csv-tasks.");
    }
    int[] numbers = data.classes().stream().mapToInt(text -> number(labels, text)).toArray();
    Holdout holdout =
        Holdout.of(
            IntStream.range(0, data.training().size()).toArray(),
            settings.validation(),
            random.child("validation").child(name),
            name);
    Examples training = new Relabelled(data.training(), numbers);
    return new Task(
        index,
        name,
        data.shape(),
        Arrays.stream(Labels.occurring(data)).map(label -> numbers[label]).sorted().toArray(),
        training.select(holdout.training()),
        training.select(holdout.validation()),
        new Relabelled(data.test(), numbers));
  }

  private static int number(Map<String, Integer> labels, String text) {
    Integer known = labels.putIfAbsent(text, labels.size());
    return known == null ? labels.size() - 1 : known;
  }

  private static void refuseDifferentShapes(List<Task> tasks) {
    Map<String, String> shapes =
        tasks.stream()
            .collect(
                Collectors.toMap(
                    task -> Arrays.toString(task.shape()),
                    Task::name,
                    (first, later) -> first,
                    LinkedHashMap::new));
    if (shapes.size() > 1) {
      throw new InputException(
          "scenario.dataset: all examples must have the same shape, but there are %s. Bring the images to one size."
              .formatted(
                  shapes.entrySet().stream()
                      .map(entry -> entry.getKey() + " in '" + entry.getValue() + "'")
                      .collect(Collectors.joining(" and "))));
    }
  }
}
