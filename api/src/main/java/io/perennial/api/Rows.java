package io.perennial.api;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The batch under construction, as a {@link Rehearsal} sees it. What is added is copied. A row's
 * weight is relative to the other rows of the same rehearsal, whose weights together make up its
 * mass; a weight of 0 keeps a row out of the loss, for a {@link LossTerm} to use it.
 */
public interface Rows {
  /** The number of real rows, the usual yardstick for how many to add. */
  int realRows();

  /**
   * Adds rows with hard labels.
   *
   * @param features {@code [n, …]}
   * @param labels {@code [n]}
   * @param tasks {@code [n]}, -1 where not known
   * @param weight of each of these rows, at least 0
   */
  void add(INDArray features, int[] labels, int[] tasks, double weight);

  /**
   * Adds rows with soft targets.
   *
   * @param features {@code [n, …]}
   * @param probabilities {@code [n, C]}, each row adding up to 1 over the classes that compete
   * @param tasks {@code [n]}, -1 where not known
   * @param weight of each of these rows, at least 0
   */
  void addSoft(INDArray features, INDArray probabilities, int[] tasks, double weight);
}
