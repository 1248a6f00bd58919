package io.perennial.models;

import java.util.function.IntConsumer;

/**
 * Deals the elements of a vector out to threads, for work in which no element depends on another:
 * so the number of pieces cannot show in the result.
 */
final class Pieces {
  /** Fewer elements than this are not worth waking a thread for. */
  private static final int SMALLEST = 1 << 16;

  private static final int MOST = 16;

  private final Workers workers;
  private final int length;
  private final int count;
  private final int size;

  Pieces(Workers workers, int length) {
    this.workers = workers;
    this.length = length;
    int pieces = Math.max(1, Math.min(MOST, length / SMALLEST));
    // Whole blocks, so that a pass takes the same blocks however many pieces there are.
    int blocks = (length + Kernels.BLOCK - 1) / Kernels.BLOCK;
    this.size = Kernels.BLOCK * Math.max(1, (blocks + pieces - 1) / pieces);
    this.count = Math.max(1, (length + size - 1) / size);
  }

  int count() {
    return count;
  }

  /** The first element of a piece. */
  int from(int piece) {
    return piece * size;
  }

  /** The element after the last one of a piece. */
  int to(int piece) {
    return Math.min(length, (piece + 1) * size);
  }

  /** Does all pieces. */
  void run(IntConsumer piece) {
    workers.run(count, piece);
  }
}
