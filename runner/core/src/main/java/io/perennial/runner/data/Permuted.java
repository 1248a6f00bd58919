package io.perennial.runner.data;

import io.perennial.api.Configured;
import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Description;
import io.perennial.api.Examples;
import io.perennial.api.Extensions;
import io.perennial.api.RandomSource;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import jakarta.inject.Inject;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The whole data set in every task, its features rearranged by another random permutation in each;
 * the first task keeps them as they are. In the domain-incremental setting all tasks share their
 * classes; in the others each task has its own copies of them, numbered {@code label + task *
 * classes}. The same examples are held out for validation in all tasks, so that none of them is
 * seen in training under another permutation.
 */
@Description(
    value = "the same data in every task, with its pixels permuted differently from the second on",
    paper = "arXiv 1312.6211")
public final class Permuted implements Scenario {
  private final Settings settings;
  private final RandomSource random;
  private final Extensions extensions;

  /**
   * The settings.
   *
   * @param dataset where the examples come from
   * @param tasks how many, the unpermuted one included
   * @param setting what is known at test time
   * @param validation the fraction of the training examples that is held out
   */
  public record Settings(
      @Description("where the examples come from") Configured<DataSource> dataset,
      @Description(value = "number of tasks, the first without a permutation", min = 1) int tasks,
      @Description(value = "what is known at test time", byDefault = "domain-incremental")
          Setting setting,
      @Description(
              value =
                  "fraction of the training examples held out for validation, the same in every"
                      + " task; at least one example when above 0",
              byDefault = "0.0",
              min = 0,
              max = 1,
              belowMax = true)
          double validation) {}

  @Inject
  Permuted(Settings settings, RandomSource random, Extensions extensions) {
    this.settings = settings;
    this.random = random;
    this.extensions = extensions;
  }

  @Override
  public Setting setting() {
    return settings.setting();
  }

  @Override
  public List<Task> tasks() {
    DataSet data = extensions.create(settings.dataset(), "dataset").load();
    int[] indices = IntStream.range(0, data.training().size()).toArray();
    Holdout holdout =
        Holdout.of(indices, settings.validation(), random.child("validation"), data.name());
    return IntStream.range(0, settings.tasks())
        .mapToObj(index -> task(index, data, holdout))
        .toList();
  }

  private Task task(int index, DataSet data, Holdout holdout) {
    int shift =
        settings.setting() == Setting.DOMAIN_INCREMENTAL ? 0 : index * data.classes().size();
    int[] labels = IntStream.range(0, data.classes().size()).map(c -> c + shift).toArray();
    Examples training = new Relabelled(permuted(index, data.training(), data.shape()), labels);
    Examples test = new Relabelled(permuted(index, data.test(), data.shape()), labels);
    return new Task(
        index,
        "permutation " + (index + 1),
        data.shape(),
        IntStream.of(Labels.occurring(data)).map(c -> c + shift).toArray(),
        training.select(holdout.training()),
        training.select(holdout.validation()),
        test);
  }

  private Examples permuted(int index, Examples examples, long[] shape) {
    if (index == 0) {
      return examples;
    }
    int features = 1;
    for (long size : shape) {
      features *= (int) size;
    }
    RandomSource own = random.child("permutation").child(Integer.toString(index));
    return PermutedExamples.of(examples, own.permutation(features));
  }
}
