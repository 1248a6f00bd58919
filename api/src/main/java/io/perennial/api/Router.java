package io.perennial.api;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Role (exclusive): infers the task of each example when no label says it. */
public interface Router extends Strategy {
  /**
   * Infers the task of each example.
   *
   * @param features {@code [N, …]}
   * @param tasks {@code [N]}, overwritten with the inferred task indices; nothing is said on entry
   */
  void route(INDArray features, int[] tasks);

  /**
   * Told by the evaluation, right after {@link #route}, which tasks its rows really belong to: for
   * reports only, and also where the label was known and the answer not needed.
   *
   * @param tasks {@code [N]}, the true ones
   * @param inferred {@code [N]}, what {@link #route} wrote
   */
  default void measured(int[] tasks, int[] inferred) {}
}
