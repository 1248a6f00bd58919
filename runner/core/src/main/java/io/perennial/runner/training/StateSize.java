package io.perennial.runner.training;

import io.perennial.api.State;

/** What is kept, in bytes. */
final class StateSize {
  private StateSize() {}

  /** All tensors of a state and its parts; numbers and texts beside them are not counted. */
  static long of(State state) {
    long bytes =
        state.tensors().values().stream()
            .mapToLong(tensor -> tensor.length() * tensor.dataType().width())
            .sum();
    return bytes + state.parts().values().stream().mapToLong(StateSize::of).sum();
  }
}
