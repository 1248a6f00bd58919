package io.perennial.testkit;

import io.perennial.api.Description;
import io.perennial.api.Task;
import io.perennial.api.TaskOrder;
import io.perennial.models.Workers;
import jakarta.inject.Inject;
import java.util.List;

/** As given. */
final class FakeOrder implements TaskOrder {
  enum Fault {
    NONE,
    TWICE,
    PEEKS,
    COUNTS_THREADS
  }

  record Settings(@Description(value = "What is wrong with it.", byDefault = "none") Fault fault) {}

  private final Fault fault;
  private final int threads;

  @Inject
  FakeOrder(Settings settings, Workers workers) {
    this.fault = settings.fault();
    this.threads = workers.threads();
  }

  @Override
  public int[] order(List<Task> tasks) {
    int[] order = new int[tasks.size()];
    int shift = fault == Fault.COUNTS_THREADS ? threads : 0;
    for (int t = 0; t < order.length; t++) {
      order[t] = (t + shift) % order.length;
    }
    if (fault == Fault.TWICE) {
      order[1] = order[0];
    }
    if (fault == Fault.PEEKS) {
      tasks.get(0).test().label(0);
    }
    return order;
  }
}
