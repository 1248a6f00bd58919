package io.perennial.testkit;

import io.perennial.api.Description;
import io.perennial.api.Learner;
import io.perennial.api.RandomSource;
import io.perennial.api.Sampling;
import jakarta.inject.Inject;

/** One example of the task, again and again. */
final class FakeSampling implements Sampling {
  enum Fault {
    NONE,
    FUTURE_TASK,
    OLD_TASK,
    NO_SUCH_EXAMPLE,
    UNEQUAL,
    NOTHING
  }

  record Settings(@Description(value = "What is wrong with it.", byDefault = "none") Fault fault) {}

  private final Fault fault;

  @Inject
  FakeSampling(Settings settings) {
    this.fault = settings.fault();
  }

  @Override
  public Draw draw(Learner learner, RandomSource random) {
    int task = learner.task().index();
    int size = learner.task().training().size();
    int[] examples = new int[fault == Fault.NOTHING ? 0 : 20];
    int[] tasks = new int[fault == Fault.UNEQUAL ? 21 : examples.length];
    for (int n = 0; n < examples.length; n++) {
      tasks[n] = fault == Fault.OLD_TASK ? 0 : task == 0 && fault == Fault.FUTURE_TASK ? 1 : task;
      examples[n] = fault == Fault.NO_SUCH_EXAMPLE ? size : random.nextInt(size);
    }
    return new Draw(tasks, examples);
  }
}
