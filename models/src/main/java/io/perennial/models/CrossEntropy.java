package io.perennial.models;

import io.perennial.api.Batch;
import io.perennial.api.Objective;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Softmax cross-entropy, {@code Σ w_n Σ_c t_nc (log Σ_k e^z_nk - z_nc)} in nats, over the classes
 * that compete in each row; the gradient of the others is 0. Targets are labels or, where a label
 * is -1, the row's probabilities. A row of weight 0 adds exactly nothing, whatever its logits.
 *
 * <p>The small sums are made in double for either data type. Not for several threads at a time.
 */
public final class CrossEntropy implements Objective {
  private final Bindings bindings = new Bindings();
  private double[] z = {};
  private double[] t = {};

  /** The objective; it has no settings and no state. */
  public CrossEntropy() {}

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if a label does not compete in its row, is none of the C
   *     classes, or is -1 in a batch without soft targets
   */
  @Override
  public double loss(Batch batch, INDArray logits, INDArray gradient) {
    int rows = batch.size();
    int classes = Math.toIntExact(logits.length() / rows);
    int length = rows * classes;
    if (z.length < length) {
      z = new double[length];
      t = new double[length];
    }
    Loops<?> loops = Loops.of(logits);
    Kernels<?> kernels = loops.kernels();
    loops.read(bindings.of(logits, kernels, length, "logits"), z, 0);
    INDArray targets = batch.targets();
    if (targets != null) {
      loops.read(bindings.of(targets, kernels, length, "soft targets"), t, 0);
    }
    double loss = 0;
    for (int n = 0; n < rows; n++) {
      double weight = batch.weights()[n];
      if (weight == 0) {
        Arrays.fill(z, n * classes, (n + 1) * classes, 0);
        continue;
      }
      boolean[] competing = batch.competing(n);
      int label = batch.labels()[n];
      if (label >= 0) {
        requireCompeting(competing, classes, label, n);
        Arrays.fill(t, n * classes, (n + 1) * classes, 0);
        t[n * classes + label] = 1;
      } else if (targets == null) {
        throw new IllegalArgumentException("Row " + n + " has neither label nor soft target");
      }
      loss += weight * row(n * classes, classes, competing, weight);
    }
    loops.write(z, length, bindings.of(gradient, kernels, length, "gradient"));
    return loss;
  }

  /** The loss of a row, whose logits in {@link #z} are replaced by their gradient. */
  private double row(int at, int classes, boolean[] competing, double weight) {
    double max = max(z, at, classes, competing);
    double sum = 0;
    double mass = 0;
    double loss = 0;
    for (int c = at; c < at + classes; c++) {
      if (competing[c - at]) {
        double shifted = z[c] - max;
        if (t[c] != 0) {
          mass += t[c];
          loss -= t[c] * shifted;
        }
        z[c] = Math.exp(shifted);
        sum += z[c];
      }
    }
    double scale = mass / sum;
    for (int c = at; c < at + classes; c++) {
      z[c] = competing[c - at] ? weight * (scale * z[c] - t[c]) : 0;
    }
    return loss + mass * Math.log(sum);
  }

  /**
   * As the other {@link #softmax(double[], int, int, boolean[], double, double[], int)}, to the
   * same place in the other array.
   */
  public static void softmax(
      double[] logits,
      int offset,
      int classes,
      boolean[] competing,
      double temperature,
      double[] probabilities) {
    softmax(logits, offset, classes, competing, temperature, probabilities, offset);
  }

  /**
   * The probabilities of a row.
   *
   * @param logits its values are those from {@code offset} on
   * @param classes how many, C
   * @param competing {@code [C]}; the others get 0
   * @param temperature that logits are divided by, above 0
   * @param probabilities overwritten from {@code at} on; may be {@code logits} at the same place
   */
  public static void softmax(
      double[] logits,
      int offset,
      int classes,
      boolean[] competing,
      double temperature,
      double[] probabilities,
      int at) {
    double max = max(logits, offset, classes, competing);
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      double e = competing[c] ? Math.exp((logits[offset + c] - max) / temperature) : 0;
      probabilities[at + c] = e;
      sum += e;
    }
    for (int c = 0; c < classes && sum > 0; c++) { // All are 0 if none competes.
      probabilities[at + c] /= sum;
    }
  }

  /**
   * The logarithms of the probabilities of a row; parameters as in {@link #softmax(double[], int,
   * int, boolean[], double, double[], int)}, and classes that do not compete get {@code -Infinity}.
   */
  public static void logSoftmax(
      double[] logits,
      int offset,
      int classes,
      boolean[] competing,
      double temperature,
      double[] logProbabilities,
      int at) {
    double max = max(logits, offset, classes, competing);
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      if (competing[c]) {
        sum += Math.exp((logits[offset + c] - max) / temperature);
      }
    }
    // The shift by the maximum stays apart from the logarithm, which it would swallow.
    double logSum = Math.log(sum);
    for (int c = 0; c < classes; c++) {
      logProbabilities[at + c] =
          competing[c]
              ? (logits[offset + c] - max) / temperature - logSum
              : Double.NEGATIVE_INFINITY;
    }
  }

  private static double max(double[] z, int at, int classes, boolean[] competing) {
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      if (competing[c]) {
        max = Math.max(max, z[at + c]);
      }
    }
    return max;
  }

  private static void requireCompeting(boolean[] competing, int classes, int label, int row) {
    if (label >= classes || !competing[label]) {
      throw new IllegalArgumentException(
          "The label " + label + " of row " + row + " is not among the classes that compete in it");
    }
  }
}
