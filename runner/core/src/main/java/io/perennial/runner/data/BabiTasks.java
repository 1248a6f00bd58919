package io.perennial.runner.data;

import io.perennial.api.Description;
import io.perennial.api.Examples;
import io.perennial.api.RandomSource;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The bAbI tasks one after the other. Words and answers are numbered in the order in which the
 * tasks bring them, and tasks share both. In the task- and class-incremental settings a task's
 * classes are its own answers; in the domain-incremental setting they are those of all tasks.
 */
@Description(
    value = "the bAbI tasks one after the other: questions about short stories",
    paper = "arXiv 1502.05698")
final class BabiTasks implements Scenario {
  private final Settings settings;
  private final RandomSource random;
  private final Preparation preparation;
  private List<String> classNames = List.of();

  /**
   * The settings.
   *
   * @param stories where they are, and which
   * @param setting what is known at test time
   * @param validation the fraction of each task's training questions that is held out
   */
  record Settings(
      @Description("where the stories are, and which tasks in what order") Babi.Settings stories,
      @Description(value = "what is known at test time", byDefault = "class-incremental")
          Setting setting,
      @Description(
              value =
                  "fraction of each task's training questions held out for validation; at least one"
                      + " question when above 0",
              byDefault = "0.0",
              min = 0,
              max = 1,
              belowMax = true)
          double validation) {}

  @Inject
  BabiTasks(Settings settings, RandomSource random, Preparation preparation) {
    this.settings = settings;
    this.preparation = preparation;
    this.random = random;
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
    BabiStories stories = BabiStories.read(settings.stories(), preparation);
    classNames = stories.answers();
    int[] all = IntStream.range(0, stories.answers().size()).toArray();
    List<Task> tasks = new ArrayList<>();
    for (BabiStories.BabiTask task : stories.tasks()) {
      Examples training = task.training();
      Holdout holdout =
          Holdout.of(
              IntStream.range(0, training.size()).toArray(),
              settings.validation(),
              random.child("validation").child(task.name()),
              task.name());
      tasks.add(
          new Task(
              tasks.size(),
              task.name(),
              stories.shape(),
              setting() == Setting.DOMAIN_INCREMENTAL ? all : task.classes(),
              training.select(holdout.training()),
              training.select(holdout.validation()),
              task.test()));
    }
    return List.copyOf(tasks);
  }
}
