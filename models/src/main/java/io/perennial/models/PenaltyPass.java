package io.perennial.models;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A quadratic's value and gradient in one pass over the vectors. The value is added up in as many
 * sums as a block is long, which the JIT vectorises, and those in double.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class PenaltyPass<A> {
  private static final int BLOCK = Kernels.BLOCK;

  private final Kernels<A> kernels;
  private final Bindings bindings = new Bindings();
  private final A importance;
  private final A anchor;
  private final A theta;
  private final A gradient;
  private final A sums;
  private final double[] wideSums = new double[BLOCK];

  PenaltyPass(Kernels<A> kernels) {
    this.kernels = kernels;
    this.importance = kernels.array(BLOCK);
    this.anchor = kernels.array(BLOCK);
    this.theta = kernels.array(BLOCK);
    this.gradient = kernels.array(BLOCK);
    this.sums = kernels.array(BLOCK);
  }

  /** {@code Σ b (θ - anchor)²}. */
  double value(INDArray b, INDArray anchors, INDArray parameters) {
    Memory thetas = bind(parameters, b.length(), "parameters");
    return run(0, bind(b), bind(anchors), thetas, thetas, false);
  }

  /** The same, and {@code gradients += 2λ b (θ - anchor)}. */
  double addGradient(
      double lambda, INDArray b, INDArray anchors, INDArray parameters, INDArray gradients) {
    Memory thetas = bind(parameters, b.length(), "parameters");
    Memory slopes = bind(gradients, b.length(), "gradient");
    return run(lambda, bind(b), bind(anchors), thetas, slopes, true);
  }

  private double run(
      double lambda, Memory b, Memory anchors, Memory thetas, Memory slopes, boolean write) {
    kernels.fill(sums, BLOCK, 0);
    for (int at = 0; at < b.length(); at += BLOCK) {
      int n = Math.min(BLOCK, b.length() - at);
      kernels.get(b, at, importance, 0, n);
      kernels.get(anchors, at, anchor, 0, n);
      kernels.get(thetas, at, theta, 0, n);
      if (write) {
        kernels.get(slopes, at, gradient, 0, n);
      }
      kernels.addPenalty(lambda, importance, anchor, theta, gradient, sums, n);
      if (write) {
        kernels.put(gradient, 0, slopes, at, n);
      }
    }
    kernels.toDouble(sums, 0, wideSums, 0, BLOCK);
    double sum = 0;
    for (double value : wideSums) {
      sum += value;
    }
    return sum;
  }

  private Memory bind(INDArray array) {
    return bindings.of(array, kernels, array.length(), "penalty's arrays");
  }

  private Memory bind(INDArray array, long length, String name) {
    return bindings.of(array, kernels, length, name);
  }
}
