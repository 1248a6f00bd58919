package io.perennial.runner.data;

import io.perennial.api.Configured;
import io.perennial.api.Description;
import io.perennial.api.Extensions;
import io.perennial.api.RandomSource;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import jakarta.inject.Inject;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Another scenario's tasks as one stream that passes by once and in which nothing says where a task
 * ends. Row i of the accuracy matrix is measured when the i-th of T equal stretches has passed by;
 * column j is the test examples of the j-th task inside.
 */
@Description(
    value = "another scenario's tasks as one stream without boundaries, drawn once",
    paper = "arXiv 1812.03596 (task-free continual learning)")
public final class TaskFree implements Scenario {
  private final Settings settings;
  private final RandomSource random;
  private final InnerTasks inner;

  /**
   * The settings.
   *
   * @param scenario whose tasks pass into each other
   * @param overlap of neighbouring tasks
   * @param passes how often each example comes
   */
  public record Settings(
      @Description("the scenario whose tasks pass into each other; domain- or class-incremental")
          Configured<Scenario> scenario,
      @Description(
              value =
                  "length of the stretch around each border in which two tasks mix, as a part of a"
                      + " task; 1: the mixture changes all the time",
              byDefault = "1.0",
              min = 0,
              max = 1)
          double overlap,
      @Description(
              value =
                  "how often each training example is in the stream, each time at another place;"
                      + " instead of epochs, for small data",
              byDefault = "1",
              min = 1)
          int passes) {}

  @Inject
  TaskFree(Settings settings, RandomSource random, Extensions extensions) {
    this.settings = settings;
    this.random = random;
    this.inner = new InnerTasks("task-free", extensions.create(settings.scenario(), "scenario"));
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
    return Boundaries.NONE;
  }

  @Override
  public List<Task> tasks() {
    List<Task> sharp = inner.tasks();
    int[] classes =
        sharp.stream()
            .flatMapToInt(task -> IntStream.of(task.classes()))
            .distinct()
            .sorted()
            .toArray();
    Crossfade stream =
        Crossfade.of(sharp, settings.overlap(), settings.passes(), random.child("places"));
    return sharp.stream()
        .map(
            task ->
                new Task(
                    task.index(),
                    task.name(),
                    task.shape(),
                    classes.clone(),
                    stream.stretch(task.index()),
                    task.validation(),
                    task.test()))
        .toList();
  }
}
