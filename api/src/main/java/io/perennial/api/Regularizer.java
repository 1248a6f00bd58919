package io.perennial.api;

import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Role: a penalty on the parameters, {@code L'(θ) = L(θ) + λ Σ b_i (θ_i - θb_i)²} in the usual
 * case. Each step: {@link #observe}, then either {@link #penalize}, whose gradient is added to the
 * loss's before the optimiser, or, when {@link #implicit} has a value and no {@link
 * GradientTransform} is in the pipeline, the implicit step after it.
 */
public interface Regularizer extends Strategy {
  /**
   * Reads the loss's gradient before any penalty is added.
   *
   * @param parameters {@code [P]}
   * @param lossGradient {@code [P]}
   */
  default void observe(INDArray parameters, INDArray lossGradient) {}

  /**
   * The penalty's value.
   *
   * @param parameters {@code [P]}
   * @param penaltyGradient {@code [P]}; this penalty's gradient is <em>added</em> to it
   */
  double penalize(INDArray parameters, INDArray penaltyGradient);

  /**
   * The penalty as a quadratic to be minimised implicitly, which is stable for every λ; empty to go
   * through the gradient.
   */
  default Optional<QuadraticPenalty> implicit() {
    return Optional.empty();
  }
}
