package io.perennial.replay;

import io.perennial.api.Batch;
import io.perennial.models.CrossEntropy;
import io.perennial.models.Vectors;
import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Makes a distillation of the base loss's soft targets: the base loss compares the targets with the
 * solver's probabilities at temperature 1, distillation at the temperature T of the targets, {@code
 * -T² Σ_c y_c log p_c(z / T)}. The factor T² keeps the gradient's size independent of T. What is
 * added here is the difference of the two, in rows with soft targets.
 */
final class TemperatureCorrection {
  private final double temperature;
  private double[] z = {};
  private double[] g = {};
  private double[] y = {};
  private double[] cold = {};
  private double[] warm = {};

  TemperatureCorrection(double temperature) {
    this.temperature = temperature;
  }

  double add(Batch batch, INDArray logits, INDArray gradient) {
    INDArray targets = batch.targets();
    if (targets == null) {
      return 0;
    }
    int classes = Math.toIntExact(logits.length() / batch.size());
    fit(batch.size() * classes);
    Vectors.read(logits, z, 0);
    Vectors.read(gradient, g, 0);
    Vectors.read(Objects.requireNonNull(targets), y, 0);
    double sum = 0;
    for (int n = 0; n < batch.size(); n++) {
      if (batch.labels()[n] < 0) {
        sum += batch.weights()[n] * row(n * classes, classes, batch, n);
      }
    }
    Vectors.write(g, batch.size() * classes, gradient);
    return sum;
  }

  private double row(int at, int classes, Batch batch, int n) {
    boolean[] competing = batch.competing(n);
    double weight = batch.weights()[n];
    double t = temperature;
    CrossEntropy.logSoftmax(z, at, classes, competing, 1, cold, at);
    CrossEntropy.logSoftmax(z, at, classes, competing, t, warm, at);
    double difference = 0;
    for (int c = at; c < at + classes; c++) {
      if (competing[c - at]) {
        difference -= y[c] * (t * t * warm[c] - cold[c]);
        g[c] += weight * (t * (Math.exp(warm[c]) - y[c]) - (Math.exp(cold[c]) - y[c]));
      }
    }
    return difference;
  }

  private void fit(int length) {
    if (z.length < length) {
      z = new double[length];
      g = new double[length];
      y = new double[length];
      cold = new double[length];
      warm = new double[length];
    }
  }
}
