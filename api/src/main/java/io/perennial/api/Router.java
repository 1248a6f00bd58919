package io.perennial.api;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Role (exclusive): infers the task of each example when no label says it. */
public interface Router extends Strategy {
  /**
   * Infers the task of each example.
   *
   * @param features {@code [N, …]}
   * @param tasks {@code [N]}, overwritten with the inferred task indices
   */
  void route(INDArray features, int[] tasks);
}
