package io.perennial.api;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The rows of one step: first the real ones, then what each {@link Rehearsal} added. Arrays have
 * one entry a row, belong to the runner, which uses them again for the next step, and must not be
 * modified.
 */
public final class Batch {
  private final INDArray features;
  private final int[] labels;
  private final int[] tasks;
  private final int[] origins;
  private final double[] weights;
  private final boolean[][] competing;
  private @Nullable INDArray targets;

  /**
   * @param features {@code [N, …]}, contiguous in C order
   * @param labels {@code [N]}, the class of each row; -1 where {@code targets} has its
   *     probabilities
   * @param tasks {@code [N]}, the task index of each row; -1 where it is not known
   * @param origins {@code [N]}, 0 for a real row, k for the k-th rehearsal's
   * @param weights {@code [N]}, the share of each row in the loss; they add up to 1
   * @param competing {@code [N][C]}, the classes that compete in each row; rows share arrays
   */
  public Batch(
      INDArray features,
      int[] labels,
      int[] tasks,
      int[] origins,
      double[] weights,
      boolean[][] competing) {
    this.features = features;
    this.labels = labels;
    this.tasks = tasks;
    this.origins = origins;
    this.weights = weights;
    this.competing = competing;
  }

  /** This batch with soft targets {@code [N, C]} for the rows whose label is -1. */
  public Batch withTargets(INDArray softTargets) {
    Batch batch = new Batch(features, labels, tasks, origins, weights, competing);
    batch.targets = softTargets;
    return batch;
  }

  /** The number of rows, N. */
  public int size() {
    return labels.length;
  }

  /** {@code [N, …]}, contiguous in C order. */
  public INDArray features() {
    return features;
  }

  /** The class of each row; -1 where {@link #targets()} has its probabilities instead. */
  public int[] labels() {
    return labels;
  }

  /** The task index of each row; -1 where it is not known. */
  public int[] tasks() {
    return tasks;
  }

  /** 0 for a real row, k for a row of the k-th {@link Rehearsal}. */
  public int[] origins() {
    return origins;
  }

  /** The share of each row in the loss; they add up to 1. */
  public double[] weights() {
    return weights;
  }

  /** Which of the C classes compete in a row; all others are left out of its softmax. */
  public boolean[] competing(int row) {
    return competing[row];
  }

  /** Soft targets {@code [N, C]}; null when every row has a label. */
  public @Nullable INDArray targets() {
    return targets;
  }
}
