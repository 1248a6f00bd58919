package io.perennial.api;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Role (exclusive): replaces the base loss, which is the cross-entropy. */
public interface Objective extends Strategy {
  /**
   * The loss {@code Σ w_n ℓ_n} of the batch.
   *
   * @param logits {@code [N, C]}
   * @param gradient {@code [N, C]}, overwritten with the loss's gradient with respect to the logits
   * @return the loss, in nats for a cross-entropy
   */
  double loss(Batch batch, INDArray logits, INDArray gradient);
}
