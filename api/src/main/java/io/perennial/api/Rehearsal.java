package io.perennial.api;

/** Role: adds stored or generated rows to the batch. */
public interface Rehearsal extends Strategy {
  /**
   * The share of this rehearsal in the loss, relative to the real rows' mass of 1. Generative
   * replay at the t-th task declares t - 1. With 0 it is not asked for rows.
   */
  double mass(Learner learner);

  /**
   * Adds rows. It may add none (an empty memory); its mass then counts for nothing.
   *
   * @param rows the batch under construction
   */
  void rehearse(Learner learner, Rows rows);
}
