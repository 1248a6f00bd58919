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
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Cuts a data set's classes into parts, one a task. In the task- and class-incremental settings the
 * labels stay the data set's; in the domain-incremental setting a label is the position among the
 * task's classes, so that every task has the same ones.
 */
@Description("a data set's classes cut into parts, one a task")
public final class Split implements Scenario {
  private final Settings settings;
  private final RandomSource random;
  private final Extensions extensions;
  private List<String> classNames = List.of();

  /**
   * The settings.
   *
   * @param dataset where the examples come from
   * @param tasks how many parts
   * @param setting what is known at test time
   * @param validation the fraction of each task's training examples that is held out
   * @param classOrder the order in which the classes are dealt out
   * @param sizes how many classes each task has
   */
  public record Settings(
      @Description("where the examples come from") Configured<DataSource> dataset,
      @Description(
              value = "number of tasks; must divide the number of classes if there are no sizes",
              min = 1)
          int tasks,
      @Description(value = "what is known at test time", byDefault = "task-incremental")
          Setting setting,
      @Description(
              value =
                  "fraction of each task's training examples held out for validation; at least one"
                      + " example when above 0",
              byDefault = "0.0",
              min = 0,
              max = 1,
              belowMax = true)
          double validation,
      @Description(value = "order in which classes are dealt out", byDefault = "as-given")
          ClassOrder classOrder,
      @Description(
              value =
                  "number of classes of each task, such as [4, 3, 3]; empty for the same number in"
                      + " each",
              byDefault = "[]",
              min = 1)
          List<Integer> sizes) {
    /** Checks that there is a size for each task, if there are sizes. */
    public Settings {
      sizes = List.copyOf(sizes);
      if (!sizes.isEmpty() && sizes.size() != tasks) {
        throw new IllegalArgumentException(
            "sizes must have one number a task: it has "
                + sizes.size()
                + ", and there are "
                + tasks
                + " tasks");
      }
    }
  }

  @Inject
  Split(Settings settings, RandomSource random, Extensions extensions) {
    this.settings = settings;
    this.random = random;
    this.extensions = extensions;
  }

  @Override
  public Setting setting() {
    return settings.setting();
  }

  /**
   * {@inheritDoc} In the domain-incremental setting a label stands for another class in each task.
   */
  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public List<Task> tasks() {
    DataSet data = extensions.create(settings.dataset(), "dataset").load();
    classNames = domainIncremental() ? List.of() : data.classes();
    int[] classes = Labels.occurring(data);
    int[] sizes = sizes(data, classes.length);
    if (settings.classOrder() == ClassOrder.SHUFFLED) {
      random.child("classes").shuffle(classes);
    }
    List<int[]> parts = new ArrayList<>();
    int from = 0;
    for (int size : sizes) {
      int[] part = Arrays.copyOfRange(classes, from, from + size);
      Arrays.sort(part);
      parts.add(part);
      from += size;
    }
    DataSet fitted = Encoding.fitted(data, holdout(0, parts.get(0), data).training());
    List<Task> tasks = new ArrayList<>();
    for (int[] part : parts) {
      tasks.add(task(tasks.size(), part, fitted));
    }
    return List.copyOf(tasks);
  }

  private int[] sizes(DataSet data, int classes) {
    if (settings.sizes().isEmpty()) {
      if (classes % settings.tasks() != 0) {
        throw indivisible(settings.tasks(), data, classes);
      }
      int[] equal = new int[settings.tasks()];
      Arrays.fill(equal, classes / settings.tasks());
      return equal;
    }
    int[] sizes = settings.sizes().stream().mapToInt(Integer::intValue).toArray();
    long sum = IntStream.of(sizes).asLongStream().sum();
    if (sum != classes) {
      throw new InputException(
          "scenario.sizes: %s are %d classes, but %s has %d; each of them belongs to one task. Give numbers that add up to %d."
              .formatted(settings.sizes(), sum, data.name(), classes, classes));
    }
    return sizes;
  }

  private static String name(int[] part, DataSet data) {
    return IntStream.of(part).mapToObj(data.classes()::get).collect(Collectors.joining("/"));
  }

  private Holdout holdout(int index, int[] part, DataSet data) {
    return Holdout.of(
        Labels.select(data.training(), part),
        settings.validation(),
        random.child("validation").child(Integer.toString(index)),
        name(part, data));
  }

  private Task task(int index, int[] part, DataSet data) {
    String name = name(part, data);
    Holdout holdout = holdout(index, part, data);
    int[] test = Labels.select(data.test(), part);
    if (test.length == 0) {
      throw new InputException(
          "Task %s of %s has no test examples, so nothing could be measured. Use fewer tasks, or test data with these classes."
              .formatted(name, data.name()));
    }
    return new Task(
        index,
        name,
        data.shape(),
        domainIncremental() ? IntStream.range(0, part.length).toArray() : part,
        view(data.training().select(holdout.training()), part),
        view(data.training().select(holdout.validation()), part),
        view(data.test().select(test), part));
  }

  private Examples view(Examples examples, int[] part) {
    return domainIncremental() ? new Relabelled(examples, Labels.positions(part)) : examples;
  }

  private boolean domainIncremental() {
    return settings.setting() == Setting.DOMAIN_INCREMENTAL;
  }

  private static InputException indivisible(int tasks, DataSet data, int classes) {
    String possible =
        IntStream.rangeClosed(1, classes)
            .filter(n -> classes % n == 0)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(", "));
    return new InputException(
        "scenario.tasks: %d tasks cannot be made from %d classes of %s; every task gets the same number of classes. Possible: %s; or say how many each task gets, with sizes."
            .formatted(tasks, classes, data.name(), possible));
  }
}
