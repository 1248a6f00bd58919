package io.perennial.api;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Capability of a {@link Model}: gradients of single examples, summed without a loop over them. */
public interface PerExampleGradients {
  /** What is summed. */
  enum Power {
    /** Squares, as in a Fisher information. */
    SQUARE,
    /** Absolute values, as in memory aware synapses. */
    ABSOLUTE
  }

  /**
   * Adds {@code Σ_k Σ_n |∂(d_kn · logits_n)/∂θ|^p} to {@code sum}, for the examples of the latest
   * {@link Model#forward}: the derivative is taken and raised for each example n and direction k by
   * itself. A weight w on a square goes into its direction as √w.
   *
   * @param directions K arrays {@code [N, C]}
   * @param power p: 2 for squares, 1 for absolute values
   * @param sum {@code [P]}
   */
  void accumulate(List<INDArray> directions, Power power, INDArray sum);
}
