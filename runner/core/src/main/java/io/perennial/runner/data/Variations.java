package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.Examples;
import io.perennial.api.RandomSource;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Tasks that each show the whole data set in another way. In the domain-incremental setting they
 * share their classes; in the others each has its own copies of them, numbered {@code label + task
 * * classes}. The same examples are held out for validation in all tasks, so that none of them is
 * seen in training in another way.
 *
 * @param data what is shown, encoded by the training examples
 * @param setting what is known at test time
 * @param holdout of the training examples
 */
record Variations(DataSet data, Setting setting, Holdout holdout) {
  static Variations of(DataSet data, Setting setting, double validation, RandomSource random) {
    int[] indices = IntStream.range(0, data.training().size()).toArray();
    Holdout holdout = Holdout.of(indices, validation, random, data.name());
    return new Variations(Encoding.fitted(data, holdout.training()), setting, holdout);
  }

  /** The names of the classes, by label: each task's own copies have its number, from 1. */
  static List<String> classNames(DataSet data, Setting setting, int tasks) {
    if (setting == Setting.DOMAIN_INCREMENTAL) {
      return data.classes();
    }
    return IntStream.rangeClosed(1, tasks)
        .boxed()
        .flatMap(task -> data.classes().stream().map(name -> name + " (" + task + ")"))
        .toList();
  }

  /**
   * Makes the tasks.
   *
   * @param names of each, by index
   * @param shown the training and test examples as a task shows them, by index
   */
  List<Task> tasks(int count, IntFunction<String> names, IntFunction<Shown> shown) {
    return IntStream.range(0, count)
        .mapToObj(index -> task(index, names.apply(index), shown.apply(index)))
        .toList();
  }

  /** All examples as one task shows them. */
  record Shown(Examples training, Examples test) {}

  private Task task(int index, String name, Shown shown) {
    int shift = setting == Setting.DOMAIN_INCREMENTAL ? 0 : index * data.classes().size();
    int[] labels = IntStream.range(0, data.classes().size()).map(c -> c + shift).toArray();
    Examples training = new Relabelled(shown.training(), labels);
    Examples test = new Relabelled(shown.test(), labels);
    return new Task(
        index,
        name,
        data.shape(),
        IntStream.of(Labels.occurring(data)).map(c -> c + shift).toArray(),
        training.select(holdout.training()),
        training.select(holdout.validation()),
        test);
  }
}
