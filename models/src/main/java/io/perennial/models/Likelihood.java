package io.perennial.models;

/** How a decoder's outputs say which inputs are likely, and so what reconstruction costs. */
public enum Likelihood {
  /**
   * Each value is the probability of a one, given as log odds: for data in [0, 1], such as pixels.
   * The error is the cross-entropy in nats, summed over the values.
   */
  BERNOULLI,
  /**
   * Normal with variance 1 around the outputs: for standardised data of any range. The error is
   * half the squared distance, without the constant.
   */
  GAUSSIAN;

  /**
   * The error of one example; its outputs are replaced by the gradient times {@code weight}.
   *
   * @param scratch as long as x
   */
  <A> double error(Kernels<A> kernels, A x, A target, A scratch, int at, int n, double weight) {
    return switch (this) {
      case BERNOULLI -> kernels.bernoulli(x, target, scratch, at, n, weight);
      case GAUSSIAN -> kernels.gaussian(x, target, at, n, weight);
    };
  }

  /** The same error without a gradient; the outputs are used up. */
  <A> double error(Kernels<A> kernels, A x, A target, A scratch, int at, int n) {
    return switch (this) {
      case BERNOULLI -> kernels.bernoulli(x, target, scratch, at, n);
      case GAUSSIAN -> kernels.gaussian(x, target, at, n, 1);
    };
  }

  /** Outputs become the mean of what they say. */
  <A> void mean(Kernels<A> kernels, A x, int at, int n) {
    if (this == BERNOULLI) {
      kernels.sigmoid(x, at, n);
    }
  }
}
