package io.perennial.runner.data;

import io.perennial.api.Description;
import io.perennial.api.RandomSource;
import io.perennial.api.Task;
import io.perennial.api.TaskOrder;
import jakarta.inject.Inject;
import java.util.List;

/** A random order, a function of the seed and a number: asked again, it gives the same answer. */
@Description("the tasks in a random order, a function of the seed")
public final class RandomOrder implements TaskOrder {
  private final Settings settings;
  private final RandomSource random;

  /**
   * The settings.
   *
   * @param draw tells the random orders of one seed apart
   */
  public record Settings(
      @Description(
              value = "which of the seed's random orders; another number gives another one",
              byDefault = "0",
              min = 0)
          int draw) {}

  @Inject
  RandomOrder(Settings settings, RandomSource random) {
    this.settings = settings;
    this.random = random;
  }

  @Override
  public int[] order(List<Task> tasks) {
    RandomSource own = random.child("order");
    return (settings.draw() == 0 ? own : own.child(Integer.toString(settings.draw())))
        .permutation(tasks.size());
  }
}
