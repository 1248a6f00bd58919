package io.perennial.ewc;

import io.perennial.api.Batch;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.PerExampleGradients;
import io.perennial.api.RandomSource;
import io.perennial.api.Task;
import io.perennial.models.CrossEntropy;
import io.perennial.models.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The diagonal of the Fisher information: {@code F_i = E_x E_{y ~ p(y|x)} (∂ log p(y|x) / ∂θ_i)²},
 * averaged over a task's training examples, and what is used in its place. Only the classes that
 * compete in the task take part in p.
 */
public final class FisherInformation {
  /** What is squared. */
  public enum Variant {
    /** Per-example gradients, in expectation over the model's own labels. */
    EXACT("per-example gradients, expectation over the model's labels, mean over examples"),
    /** Per-example gradients for the true labels. */
    EMPIRICAL("per-example gradients for the true labels, mean over examples"),
    /** Per-example gradients for one label drawn from the model. */
    SAMPLED("per-example gradients for one label drawn from the model, mean over examples"),
    /** The mean gradient of a batch: depends on the batch size. */
    BATCH("the mean gradient of a batch, mean over batches");

    private final String what;

    Variant(String what) {
      this.what = what;
    }

    boolean perExample() {
      return this != BATCH;
    }

    String convention(int batchSize) {
      return "squares of " + what + (perExample() ? "" : " of " + batchSize + " examples");
    }
  }

  private final Model model;
  private final Variant variant;
  private final RandomSource random;
  private final INDArray sum;

  /** Of a batch's mean; only the batch variant has one. */
  private final INDArray gradient;

  private final List<INDArray> directions = new ArrayList<>();
  private double[] logits = {};
  private double[] direction = {};
  private double[] probabilities = {};
  private long counted;

  private FisherInformation(Model model, Variant variant, RandomSource random) {
    this.model = model;
    this.variant = variant;
    this.random = random;
    this.sum = Vectors.create(model.dataType(), model.parameters().length());
    this.gradient = Vectors.create(model.dataType(), variant.perExample() ? 1 : sum.length());
  }

  /**
   * Estimates it over the training examples of the learner's task.
   *
   * @param batchSize the most examples in one pass
   * @param random for drawn labels
   * @return {@code [P]}, the caller's to close
   */
  public static INDArray estimate(
      Learner learner, Variant variant, int batchSize, RandomSource random) {
    FisherInformation fisher = new FisherInformation(learner.model(), variant, random);
    Task task = learner.task();
    learner.visit(task.training(), task.index(), batchSize, fisher::add);
    fisher.directions.forEach(INDArray::close);
    fisher.gradient.close();
    Vectors.scale(1.0 / fisher.counted, fisher.sum);
    return fisher.sum;
  }

  private void add(Batch batch) {
    int rows = batch.size();
    int classes = model.classes();
    fit(rows, classes);
    Vectors.read(model.forward(batch.features(), batch.tasks(), false), logits, 0);
    for (int n = 0; n < rows; n++) {
      CrossEntropy.softmax(logits, n * classes, classes, batch.competing(n), 1, probabilities);
    }
    switch (variant) {
      case EXACT -> addExact(batch, rows, classes);
      case EMPIRICAL -> addOne(rows, classes, n -> batch.labels()[n]);
      case SAMPLED -> addOne(rows, classes, n -> drawn(n, classes));
      case BATCH -> addMean(batch, rows, classes);
    }
    counted += variant.perExample() ? rows : 1;
  }

  /**
   * Direction c is {@code √p_c ∂ log p_c}: the weight p_c of a square is √p_c on what is squared.
   */
  private void addExact(Batch batch, int rows, int classes) {
    int used = 0;
    for (int c = 0; c < classes; c++) {
      boolean competes = false;
      for (int n = 0; n < rows; n++) {
        boolean competesHere = batch.competing(n)[c];
        competes |= competesHere;
        double p = probabilities[n * classes + c];
        direct(n, classes, c, competesHere ? Math.sqrt(p) : 0);
      }
      if (competes) {
        Vectors.write(direction, rows * classes, directions.get(used++));
      }
    }
    accumulate(directions.subList(0, used));
  }

  private void addOne(int rows, int classes, IntUnaryOperator label) {
    for (int n = 0; n < rows; n++) {
      direct(n, classes, label.applyAsInt(n), 1);
    }
    Vectors.write(direction, rows * classes, directions.get(0));
    accumulate(directions.subList(0, 1));
  }

  private void addMean(Batch batch, int rows, int classes) {
    for (int n = 0; n < rows; n++) {
      direct(n, classes, batch.labels()[n], 1.0 / rows);
    }
    Vectors.write(direction, rows * classes, directions.get(0));
    model.backward(directions.get(0), gradient);
    Vectors.addSquare(sum, 1, gradient);
  }

  /** Row n of the direction becomes {@code scale · ∂ log p_label / ∂ logits}. */
  private void direct(int n, int classes, int label, double scale) {
    for (int k = 0; k < classes; k++) {
      double indicator = k == label ? 1 : 0;
      direction[n * classes + k] = scale * (indicator - probabilities[n * classes + k]);
    }
  }

  private int drawn(int n, int classes) {
    double left = random.nextDouble();
    int last = -1;
    for (int c = 0; c < classes; c++) {
      double p = probabilities[n * classes + c];
      if (p > 0) {
        last = c;
        left -= p;
        if (left < 0) {
          return c;
        }
      }
    }
    return last;
  }

  private void accumulate(List<INDArray> used) {
    ((PerExampleGradients) model).accumulate(used, PerExampleGradients.Power.SQUARE, sum);
  }

  private void fit(int rows, int classes) {
    if (!directions.isEmpty() && directions.get(0).rows() == rows) {
      return;
    }
    directions.forEach(INDArray::close);
    directions.clear();
    int count = variant == Variant.EXACT ? classes : 1;
    for (int c = 0; c < count; c++) {
      directions.add(Nd4j.create(model.dataType(), new long[] {rows, classes}, 'c'));
    }
    logits = new double[rows * classes];
    probabilities = new double[rows * classes];
    direction = new double[rows * classes];
  }
}
