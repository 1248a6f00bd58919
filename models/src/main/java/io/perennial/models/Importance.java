package io.perennial.models;

import io.perennial.api.Batch;
import io.perennial.api.Examples;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.PerExampleGradients;
import io.perennial.api.PerExampleGradients.Power;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How much each parameter matters to a task, from the gradients of its single examples: {@code 1/N
 * Σ_n Σ_k |∂(d_kn · z_n)/∂θ|^p}, where {@code z_n} are the logits of training example n and {@code
 * d_kn} directions that the method chooses. A Fisher information (EWC) and the sensitivity of
 * memory aware synapses are of this form. One pass over the data, no loop over single examples.
 */
public final class Importance {
  /** Chooses what is differentiated. */
  @FunctionalInterface
  public interface Directions {
    /**
     * Chooses directions for a batch.
     *
     * @param batch real rows; {@link Batch#competing} says which classes count in each
     * @param logits {@code [N · C]}, row by row
     * @param directions {@code [K][N · C]}, all 0 on entry; the first are filled in
     * @return how many of the K are used
     */
    int choose(Batch batch, double[] logits, double[][] directions);
  }

  private final Model model;
  private final PerExampleGradients gradients;
  private final Power power;
  private final Directions directions;
  private final double[][] chosen;
  private final List<INDArray> arrays = new ArrayList<>();
  private final INDArray sum;
  private double[] logits = {};

  private Importance(Model model, Power power, int count, Directions directions) {
    if (!(model instanceof PerExampleGradients perExample)) {
      throw new IllegalArgumentException(
          "Importance needs a model with gradients of single examples, such as Mlp, not "
              + model.getClass().getName());
    }
    this.model = model;
    this.gradients = perExample;
    this.power = power;
    this.directions = directions;
    this.chosen = new double[count][];
    this.sum = Vectors.create(model.dataType(), model.parameters().length());
  }

  /**
   * Estimates it over the training examples of the learner's task, at its model's parameters.
   *
   * @see #estimate(Learner, Examples, int, Power, int, Directions)
   */
  public static INDArray estimate(
      Learner learner, int batchSize, Power power, int count, Directions directions) {
    return estimate(learner, learner.task().training(), batchSize, power, count, directions);
  }

  /**
   * Estimates it over examples of the learner's task, at its model's parameters.
   *
   * @param examples at least one
   * @param batchSize the most examples in one pass; does not change what is computed
   * @param power p
   * @param count K, the most directions an example has
   * @return {@code [P]}, the caller's to close
   * @throws IllegalArgumentException if the model is not {@link PerExampleGradients}
   */
  public static INDArray estimate(
      Learner learner,
      Examples examples,
      int batchSize,
      Power power,
      int count,
      Directions directions) {
    Importance importance = new Importance(learner.model(), power, count, directions);
    learner.visit(examples, learner.task().index(), batchSize, importance::add);
    importance.arrays.forEach(INDArray::close);
    Vectors.scale(1.0 / examples.size(), importance.sum);
    return importance.sum;
  }

  private void add(Batch batch) {
    fit(batch.size(), model.classes());
    Vectors.read(model.forward(batch.features(), batch.tasks(), false), logits);
    for (double[] direction : chosen) {
      Arrays.fill(direction, 0);
    }
    int used = directions.choose(batch, logits, chosen);
    for (int k = 0; k < used; k++) {
      Vectors.write(chosen[k], arrays.get(k));
    }
    gradients.accumulate(arrays.subList(0, used), power, sum);
  }

  private void fit(int rows, int classes) {
    if (!arrays.isEmpty() && arrays.get(0).rows() == rows) {
      return;
    }
    arrays.forEach(INDArray::close);
    arrays.clear();
    for (int k = 0; k < chosen.length; k++) {
      arrays.add(Vectors.create(model.dataType(), rows, classes));
      chosen[k] = new double[rows * classes];
    }
    logits = new double[rows * classes];
  }
}
