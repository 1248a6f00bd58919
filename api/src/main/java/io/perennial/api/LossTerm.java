package io.perennial.api;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Role: adds a term to the loss that is a function of the logits, such as a distillation. */
public interface LossTerm extends Strategy {
  /**
   * Called once a step, on the logits of the whole batch.
   *
   * @param logits {@code [N, C]}
   * @param gradient {@code [N, C]}; this term's gradient is <em>added</em> to it
   * @return this term's value
   */
  double add(Learner learner, Batch batch, INDArray logits, INDArray gradient);
}
