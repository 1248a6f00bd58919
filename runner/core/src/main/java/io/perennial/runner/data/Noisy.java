package io.perennial.runner.data;

import io.perennial.api.Configured;
import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Description;
import io.perennial.api.Extensions;
import io.perennial.api.RandomSource;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.List;

/**
 * The whole data set in every task, under more or less noise: related tasks of different
 * difficulty. Classes and validation are as in {@link Permuted}.
 */
@Description("the same data in every task, with another share of its pixels replaced by noise")
public final class Noisy implements Scenario {
  private final Settings settings;
  private final RandomSource random;
  private final Extensions extensions;
  private List<String> classNames = List.of();

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
    classNames = Variations.classNames(data, settings.setting(), settings.levels().size());
    int width = (int) Arrays.stream(data.shape()).reduce(1, (a, b) -> a * b);
    return variations.tasks(
        settings.levels().size(),
        index -> "noise %d (%s)".formatted(index + 1, settings.levels().get(index)),
        index -> shown(index, data, width));
  }

  private Variations.Shown shown(int index, DataSet data, int width) {
    RandomSource own = random.child("noise").child(Integer.toString(index));
    double level = settings.levels().get(index);
    return new Variations.Shown(
        new NoisyExamples(data.training(), width, level, own.child("training")),
        new NoisyExamples(data.test(), width, level, own.child("test")));
  }
}
