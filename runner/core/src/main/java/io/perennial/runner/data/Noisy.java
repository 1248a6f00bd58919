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
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The whole data set in every task, under more or less noise: related tasks of different
 * difficulty. Classes and validation are as in {@link Permuted}.
 */
@Description("the same data in every task, with another share of its pixels replaced by noise")
public final class Noisy implements Scenario {
  private final Settings settings;
  private final RandomSource random;
  private final Extensions extensions;

  /**
   * The settings.
   *
   * @param dataset where the examples come from
   * @param levels the share of replaced features, one a task
   * @param setting what is known at test time
   * @param validation the fraction of the training examples that is held out
   */
  public record Settings(
      @Description("where the examples come from") Configured<DataSource> dataset,
      @Description(
              value = "for each task the probability that a feature is replaced by a random number",
              byDefault = "[0, 0.2, 0.4, 0.6]",
              min = 0,
              max = 1)
          List<Double> levels,
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
          double validation) {
    /** Checks that there is a task. */
    public Settings {
      if (levels.isEmpty()) {
        throw new IllegalArgumentException("levels must have at least one number, one a task");
      }
    }
  }

  @Inject
  Noisy(Settings settings, RandomSource random, Extensions extensions) {
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
    return IntStream.range(0, settings.levels().size())
        .mapToObj(index -> task(index, data, holdout))
        .toList();
  }

  private Task task(int index, DataSet data, Holdout holdout) {
    int shift =
        settings.setting() == Setting.DOMAIN_INCREMENTAL ? 0 : index * data.classes().size();
    int[] labels = IntStream.range(0, data.classes().size()).map(c -> c + shift).toArray();
    RandomSource own = random.child("noise").child(Integer.toString(index));
    double level = settings.levels().get(index);
    int width = (int) Arrays.stream(data.shape()).reduce(1, (a, b) -> a * b);
    Examples training = new NoisyExamples(data.training(), width, level, own.child("training"));
    Examples test = new NoisyExamples(data.test(), width, level, own.child("test"));
    Examples relabelled = new Relabelled(training, labels);
    return new Task(
        index,
        "noise %d (%s)".formatted(index + 1, level),
        data.shape(),
        IntStream.of(Labels.occurring(data)).map(c -> c + shift).toArray(),
        relabelled.select(holdout.training()),
        relabelled.select(holdout.validation()),
        new Relabelled(test, labels));
  }
}
