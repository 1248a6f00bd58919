package io.perennial.models;

import io.perennial.api.RandomSource;
import io.perennial.api.State;
import org.jspecify.annotations.Nullable;

/**
 * Inverted dropout (<a href="https://jmlr.org/papers/v15/srivastava14a.html">Srivastava et al.
 * 2014</a>): in training each hidden unit of each row is 0 with probability {@code rate}, and
 * 1/(1-rate) times itself otherwise. Whether a unit stays is a hash of the pass's key for its layer
 * and of its place in the batch, so that it depends on no thread.
 */
final class Dropout {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final String STATE = "dropout";

  private final double rate;
  private final RandomSource random;
  private long[] keys = {};

  /**
   * @param rate in [0, 1)
   * @param random for the keys of the passes
   */
  Dropout(double rate, RandomSource random) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("dropout must be at least 0 and below 1, not " + rate);
    }
    this.rate = rate;
    this.random = random;
  }

  /** A dropout that goes on as this one does, and for itself. */
  Dropout copy() {
    RandomSource same = new RandomSource(0);
    same.restore(random.save());
    return new Dropout(rate, same);
  }

  double rate() {
    return rate;
  }

  /** New keys for a pass through so many hidden layers; null if nothing is dropped in it. */
  @Nullable Dropout next(boolean training, int hidden) {
    if (rate == 0 || !training) {
      return null;
    }
    if (keys.length != hidden) {
      keys = new long[hidden];
    }
    for (int l = 0; l < hidden; l++) {
      keys[l] = random.nextLong();
    }
    return this;
  }

  /** This pass's key for a layer, for {@link Kernels#drop}. */
  long key(int layer) {
    return keys[layer];
  }

  /** A whole number of 53 bits, uniform, for the i-th unit under a key. */
  static long bits(long key, long i) {
    long z = key + i * GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return (z ^ (z >>> 31)) >>> 11;
  }

  /** Below this, {@link #bits} drop the unit. */
  static long threshold(double rate) {
    return (long) (rate * 0x1.0p53);
  }

  void save(State.Builder state) {
    if (rate > 0) {
      state.part(STATE, random.save());
    }
  }

  /** Goes on as the saved network would have; one that dropped nothing has nothing to tell. */
  void restore(State state) {
    if (rate > 0 && state.parts().containsKey(STATE)) {
      random.restore(state.part(STATE));
    }
  }
}
