package io.perennial.api;

/** Something whose state is part of a checkpoint. */
public interface Stateful {
  /**
   * The whole state: after {@link #restore} into a fresh instance with the same settings,
   * everything that follows is equal to the bit. The tensors may be live; whoever keeps them copies
   * them.
   */
  default State save() {
    return State.EMPTY;
  }

  /** Takes over a saved state, copying its tensors. */
  default void restore(State state) {}
}
