package io.perennial.api;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Capability of a {@link Model}: the input of its output layer. */
public interface FeatureExtractor {
  /**
   * The features {@code [N, F]}, owned by the model and valid until its next forward pass.
   *
   * @param input {@code [N, …]}
   * @param tasks {@code [N]}, -1 where not known
   */
  INDArray features(INDArray input, int[] tasks);
}
