package io.perennial.api;

import java.util.Arrays;
import java.util.List;

/**
 * R: {@code at(i, j)} is the test accuracy on task j after training on task i, both from 0; {@code
 * untrained(j)} is the untrained model's. NaN where it was not measured or has no meaning.
 */
public final class AccuracyMatrix {
  private final List<String> tasks;
  private final double[] missing;
  private final double[][] rows;
  private final double[] untrained;

  /** Nothing measured yet. */
  public AccuracyMatrix(List<String> tasks) {
    this.tasks = List.copyOf(tasks);
    this.missing = new double[tasks.size()];
    Arrays.fill(missing, Double.NaN);
    this.untrained = missing.clone();
    // In a long stream few rows are measured: only those get memory of their own.
    this.rows = new double[tasks.size()][];
    Arrays.fill(rows, missing);
  }

  /** The tasks' names, in the order of the stream. */
  public List<String> tasks() {
    return tasks;
  }

  /** The number of tasks, T. */
  public int size() {
    return tasks.size();
  }

  /** The accuracy on task j after training on task i, 0 to 1; NaN if there is none. */
  public double at(int i, int j) {
    return rows[i][j];
  }

  /** The untrained model's accuracy on task j, 0 to 1; NaN if there is none. */
  public double untrained(int j) {
    return untrained[j];
  }

  /** Records a measurement. */
  public void set(int i, int j, double accuracy) {
    if (rows[i] == missing) {
      rows[i] = missing.clone();
    }
    rows[i][j] = accuracy;
  }

  /** Records a measurement of the untrained model. */
  public void setUntrained(int j, double accuracy) {
    untrained[j] = accuracy;
  }
}
