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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The whole data set in every task, its images turned further in each by the same angle; the first
 * task keeps them as they are. Neighbouring tasks are closely related, unlike those of {@link
 * Permuted}, with which it shares the settings' meaning.
 */
@Description(
    value = "the same images in every task, turned a little further in each",
    paper = "arXiv 1706.08840, section 5.1")
public final class Rotated implements Scenario {
  private final Settings settings;
  private final RandomSource random;
  private final Extensions extensions;
  private List<String> classNames = List.of();

  /**
   * The settings.
   *
   * @param dataset where the images come from
   * @param tasks how many, the one without a rotation included
   * @param degrees from one task to the next, counter-clockwise
   * @param setting what is known at test time
   * @param validation the fraction of the training examples that is held out
   */
  public record Settings(
      @Description("where the images come from") Configured<DataSource> dataset,
      @Description(value = "number of tasks, the first without a rotation", min = 1) int tasks,
      @Description(
              value = "degrees from one task to the next, counter-clockwise",
              byDefault = "5.0",
              min = -180,
              max = 180)
          double degrees,
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
  Rotated(Settings settings, RandomSource random, Extensions extensions) {
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
    DataSet data = extensions.create(settings.dataset(), "dataset").load();
    classNames = Variations.classNames(data, settings.setting(), settings.tasks());
    if (data.shape().length != 3) {
      throw new InputException(
          "scenario.dataset: the examples of %s have the shape %s; only images, [channels, height, width], can be turned. Choose a data set of images, or another scenario."
              .formatted(data.name(), Arrays.toString(data.shape())));
    }
    return Variations.of(
            data, settings.setting(), settings.validation(), random.child("validation"))
        .tasks(
            settings.tasks(),
            index -> String.format(Locale.ROOT, "%d: %s°", index + 1, degrees(index)),
            index ->
                new Variations.Shown(
                    rotated(index, data.training(), data.shape()),
                    rotated(index, data.test(), data.shape())));
  }

  private double degrees(int task) {
    return task * settings.degrees();
  }

  private Examples rotated(int task, Examples examples, long[] shape) {
    if (task == 0) {
      return examples;
    }
    int channels = Math.toIntExact(shape[0]);
    int height = Math.toIntExact(shape[1]);
    int width = Math.toIntExact(shape[2]);
    Rotation rotation = new Rotation(channels, height, width, degrees(task));
    return new MappedExamples(examples, rotation, channels * height * width);
  }
}
