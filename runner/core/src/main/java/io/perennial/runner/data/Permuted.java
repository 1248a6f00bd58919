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

/**
 * The whole data set in every task, its features rearranged by another random permutation in each;
 * the first task keeps them as they are. {@link Variations} says which classes the tasks have and
 * which examples are held out.
 */
@Description(
    value = "the same data in every task, with its pixels permuted differently from the second on",
    paper = "arXiv 1312.6211")
public final class Permuted implements Scenario {
  private final Settings settings;
  private final RandomSource random;
  private final Extensions extensions;
  private List<String> classNames = List.of();

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
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public List<Task> tasks() {
    Variations variations =
        Variations.of(
            extensions.create(settings.dataset(), "dataset").load(),
            settings.setting(),
            settings.validation(),
            random.child("validation"));
    DataSet data = variations.data();
    classNames = Variations.classNames(data, settings.setting(), settings.tasks());
    return variations.tasks(
        settings.tasks(),
        index -> "permutation " + (index + 1),
        index ->
            new Variations.Shown(
                permuted(index, data.training(), data.shape()),
                permuted(index, data.test(), data.shape())));
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
