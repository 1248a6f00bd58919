package io.perennial.models;

import org.jspecify.annotations.Nullable;

/**
 * What a gradient is multiplied with so that its Euclidean norm does not exceed a bound, as
 * PyTorch's {@code clip_grad_norm_} has it: {@code min(1, bound / (norm + 1e-6))}. Frozen
 * parameters do not move, so they do not count.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Clipping<A> {
  private static final int BLOCK = Kernels.BLOCK;

  private final Kernels<A> kernels;
  private final double bound;
  private final A block;
  private final A zeros;

  /**
   * @param bound of the norm; 0 for none
   */
  Clipping(Kernels<A> kernels, double bound) {
    this.kernels = kernels;
    this.bound = bound;
    this.block = kernels.array(BLOCK);
    this.zeros = kernels.array(BLOCK);
  }

  double factor(Memory gradient, boolean @Nullable [] frozen) {
    if (bound == 0) {
      return 1;
    }
    double squares = 0;
    for (int at = 0; at < gradient.length(); at += BLOCK) {
      int n = Math.min(BLOCK, gradient.length() - at);
      kernels.get(gradient, at, block, 0, n);
      if (frozen != null) {
        kernels.restore(block, zeros, frozen, at, n);
      }
      squares += kernels.squares(block, n);
    }
    return Math.min(1, bound / (Math.sqrt(squares) + 1e-6));
  }
}
