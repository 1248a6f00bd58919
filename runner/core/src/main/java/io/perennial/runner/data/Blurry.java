package io.perennial.runner.data;

import io.perennial.api.Configured;
import io.perennial.api.Description;
import io.perennial.api.Examples;
import io.perennial.api.Extensions;
import io.perennial.api.RandomSource;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Another scenario's tasks with soft borders: around the end of a task some of its training
 * examples come in the next one, and some of the next one's come early. The ends are announced.
 * Validation and test examples stay with their task, so that a column of the accuracy matrix means
 * what it means without the blur.
 */
@Description(
    value = "another scenario's tasks whose training examples mix around the borders",
    paper = "arXiv 2103.17230 (blurry tasks)")
public final class Blurry implements Scenario {
  private final Settings settings;
  private final RandomSource random;
  private final InnerTasks inner;

  /**
   * The settings.
   *
   * @param scenario whose tasks are blurred
   * @param overlap of neighbouring tasks
   */
  public record Settings(
      @Description("the scenario whose tasks mix; domain- or class-incremental")
          Configured<Scenario> scenario,
      @Description(
              value =
                  "length of the stretch around each border in which two tasks mix, as a part of a"
                      + " task; an eighth of it is the share of a task that comes in the next one",
              byDefault = "0.5",
              min = 0,
              max = 1)
          double overlap) {}

  @Inject
  Blurry(Settings settings, RandomSource random, Extensions extensions) {
    this.settings = settings;
    this.random = random;
    this.inner = new InnerTasks("blurry", extensions.create(settings.scenario(), "scenario"));
  }

  @Override
  public Setting setting() {
    return inner.setting();
  }

  @Override
  public List<String> classNames() {
    return inner.scenario().classNames();
  }

  @Override
  public Boundaries boundaries() {
    return Boundaries.BLURRED;
  }

  @Override
  public List<Task> tasks() {
    List<Task> sharp = inner.tasks();
    Crossfade mixed = Crossfade.of(sharp, settings.overlap(), 1, random.child("places"));
    List<Task> tasks = new ArrayList<>();
    for (Task task : sharp) {
      Examples training = mixed.stretch(task.index());
      tasks.add(
          new Task(
              task.index(),
              task.name(),
              task.shape(),
              IntStream.concat(
                      IntStream.of(task.classes()),
                      IntStream.range(0, training.size()).map(training::label))
                  .distinct()
                  .sorted()
                  .toArray(),
              training,
              task.validation(),
              task.test()));
    }
    return List.copyOf(tasks);
  }
}
