package io.perennial.api;

import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Role: projects or masks the gradient just before the optimiser. */
public interface GradientTransform extends Strategy {
  /**
   * Changes the gradient in place. It may compute other gradients on the model (of a memory, say):
   * the step's own forward and backward pass are over.
   *
   * @param gradient {@code [P]}, loss and penalties together
   */
  void transform(Learner learner, INDArray gradient);

  /** Whether the order of this and another commuting transform does not matter. */
  default boolean commutes() {
    return false;
  }

  /**
   * The parameters, {@code [P]}, that the optimiser leaves alone, momentum included; empty when
   * none. The array may change between steps.
   */
  default Optional<boolean[]> frozen() {
    return Optional.empty();
  }

  /**
   * Other parameters for predicting rows of one task, such as a subnetwork's. Asked only in
   * settings that tell the task at test time.
   *
   * @param parameters {@code [P]}, the live parameters; changed in place if this returns true. The
   *     caller restores them afterwards.
   * @return whether anything was changed
   */
  default boolean selectParameters(int task, INDArray parameters) {
    return false;
  }
}
