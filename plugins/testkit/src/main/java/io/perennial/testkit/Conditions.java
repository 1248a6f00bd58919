package io.perennial.testkit;

import org.nd4j.linalg.api.buffer.DataType;

/**
 * Under which a subject is run.
 *
 * @param tasks of the stream
 * @param threads that compute
 * @param type of the network's numbers
 * @param seed of everything random
 * @param epochs of each task
 * @param wide whether the kit's own network is wide enough for its work to be shared out
 */
record Conditions(int tasks, int threads, DataType type, long seed, int epochs, boolean wide) {
  /** What laws about runs use. */
  static final Conditions USUAL = new Conditions(3, 1, DataType.FLOAT, 7, 3, false);

  /** What laws about gradients use. */
  static final Conditions IN_DOUBLE = new Conditions(3, 1, DataType.DOUBLE, 7, 3, false);

  Conditions withTasks(int other, int shorter) {
    return new Conditions(other, threads, type, seed, shorter, wide);
  }

  Conditions withThreads(int other) {
    return new Conditions(tasks, other, type, seed, epochs, true);
  }

  Conditions withSeed(long other) {
    return new Conditions(tasks, threads, type, other, epochs, wide);
  }
}
