package io.perennial.runner.training;

import io.perennial.api.State;
import java.util.List;

/** What is kept, in bytes. */
final class StateSize {
  private StateSize() {}

  /** All tensors that the strategies would save now. */
  static long ofStrategies(List<Stage> stages) {
    return stages.stream().mapToLong(stage -> of(stage.strategy().save())).sum();
  }

  /** All tensors of a state and its parts; numbers and texts beside them are not counted. */
  static long of(State state) {
    long bytes =
        state.tensors().values().stream()
            .mapToLong(tensor -> tensor.length() * tensor.dataType().width())
            .sum();
    return bytes + state.parts().values().stream().mapToLong(StateSize::of).sum();
  }
}
