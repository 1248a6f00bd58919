package io.perennial.testkit;

import io.perennial.api.Description;
import io.perennial.api.Router;
import jakarta.inject.Inject;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Everything is of the first task. */
final class FakeRouter implements Router {
  enum Fault {
    NONE,
    SAYS_NOTHING,
    FUTURE_TASK,
    CHANGES_FEATURES
  }

  record Settings(@Description(value = "What is wrong with it.", byDefault = "none") Fault fault) {}

  private final Fault fault;

  @Inject
  FakeRouter(Settings settings) {
    this.fault = settings.fault();
  }

  @Override
  public void route(INDArray features, int[] tasks) {
    if (fault != Fault.SAYS_NOTHING) {
      Arrays.fill(tasks, fault == Fault.FUTURE_TASK ? 2 : 0);
    }
    if (fault == Fault.CHANGES_FEATURES) {
      features.data().put(0, 0.123);
    }
  }
}
