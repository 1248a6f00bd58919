package io.perennial.models;

import io.perennial.api.QuadraticPenalty;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The proximal step of a sum of quadratics, {@code θ ← (θ + 2η Σ λb θb) / (1 + 2η Σ λb)}, computed
 * as θ plus a pull: a parameter that is not guarded, or is where its anchor is, keeps every bit.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class ImplicitStep<A> {
  private static final int BLOCK = Kernels.BLOCK;

  /** Fills in η for parameters {@code [at, at + n)}, from index 0 on. */
  interface StepSize<A> {
    void fill(A eta, int at, int n);
  }

  private final Kernels<A> kernels;
  private final Bindings bindings = new Bindings();
  private final A theta;
  private final A eta;
  private final A importance;
  private final A anchor;
  private final A pull;
  private final A stiffness;

  ImplicitStep(Kernels<A> kernels) {
    this.kernels = kernels;
    this.theta = kernels.array(BLOCK);
    this.eta = kernels.array(BLOCK);
    this.importance = kernels.array(BLOCK);
    this.anchor = kernels.array(BLOCK);
    this.pull = kernels.array(BLOCK);
    this.stiffness = kernels.array(BLOCK);
  }

  void step(INDArray parameters, List<QuadraticPenalty> penalties, StepSize<A> stepSize) {
    Memory thetas = bindings.of(parameters, kernels, parameters.length(), "parameters");
    int length = thetas.length();
    for (QuadraticPenalty penalty : penalties) {
      bindings.of(penalty.importance(), kernels, length, "importance");
      bindings.of(penalty.anchor(), kernels, length, "anchor");
    }
    for (int at = 0; at < length; at += BLOCK) {
      int n = Math.min(BLOCK, length - at);
      kernels.get(thetas, at, theta, 0, n);
      kernels.fill(pull, n, 0);
      kernels.fill(stiffness, n, 0);
      for (QuadraticPenalty penalty : penalties) {
        kernels.get(bindings.of(penalty.importance()), at, importance, 0, n);
        kernels.get(bindings.of(penalty.anchor()), at, anchor, 0, n);
        kernels.addPull(penalty.lambda(), importance, anchor, theta, pull, stiffness, n);
      }
      stepSize.fill(eta, at, n);
      kernels.implicitStep(theta, eta, pull, stiffness, n);
      kernels.put(theta, 0, thetas, at, n);
    }
  }
}
