package io.perennial.runner.data;

import io.perennial.api.Description;
import io.perennial.api.RandomSource;
import io.perennial.api.Task;
import io.perennial.api.TaskOrder;
import jakarta.inject.Inject;
import java.util.List;

/** A random order, a function of the seed: asked again, it gives the same answer. */
@Description("the tasks in a random order, a function of the seed")
final class RandomOrder implements TaskOrder {
  private final RandomSource random;

  @Inject
  RandomOrder(RandomSource random) {
    this.random = random;
  }

  @Override
  public int[] order(List<Task> tasks) {
    return random.child("order").permutation(tasks.size());
  }
}
