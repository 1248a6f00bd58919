package io.perennial.gate;

import io.perennial.api.Batch;
import io.perennial.api.Model;
import io.perennial.models.CrossEntropy;
import io.perennial.models.TaskModels;
import io.perennial.models.Vectors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Learning without forgetting: {@code λ Σ_n w_n Σ_c -q_nc log p_nc}, where q are the old expert's
 * probabilities at the temperature T on the new task's rows and p the new expert's, over the old
 * task's classes (arXiv 1606.09282, eq. 2). Its gradient is {@code λ w_n (p - q) / T}.
 */
final class Distillation {
  private final double weight;
  private final double temperature;
  private double[] student = {};
  private double[] teacher = {};
  private double[] slope = {};

  Distillation(double weight, double temperature) {
    this.weight = weight;
    this.temperature = temperature;
  }

  /**
   * Adds the gradient.
   *
   * @param old the task whose expert is the teacher
   * @return the term's value
   */
  double add(TaskModels experts, int old, Batch batch, INDArray gradient) {
    int rows = batch.size();
    int newest = experts.size() - 1;
    int classes = experts.classes();
    Model expert = experts.network(old);
    int known = expert.classes();
    fit(rows * classes);
    experts.readUnmasked(student);
    Vectors.read(expert.forward(batch.features(), batch.tasks(), false), teacher);
    Vectors.read(gradient, slope);
    boolean[] competing = new boolean[known];
    for (int c : experts.ownClasses(old)) {
      competing[c] = true;
    }
    double loss = 0;
    double[] p = new double[known];
    double[] q = new double[known];
    for (int n = 0; n < rows; n++) {
      double share = weight * batch.weights()[n];
      if (batch.tasks()[n] != newest || share == 0) {
        continue;
      }
      CrossEntropy.logSoftmax(student, n * classes, known, competing, temperature, p, 0);
      CrossEntropy.softmax(teacher, n * known, known, competing, temperature, q, 0);
      for (int c = 0; c < known; c++) {
        if (competing[c]) {
          loss -= share * q[c] * p[c];
          slope[n * classes + c] += share * (Math.exp(p[c]) - q[c]) / temperature;
        }
      }
    }
    Vectors.write(slope, rows * classes, gradient);
    return loss;
  }

  private void fit(int length) {
    if (student.length < length) {
      student = new double[length];
      teacher = new double[length];
      slope = new double[length];
    }
  }
}
