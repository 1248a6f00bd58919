package io.perennial.ewc;

import io.perennial.api.Batch;
import io.perennial.api.Examples;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.PerExampleGradients.Power;
import io.perennial.api.RandomSource;
import io.perennial.models.CrossEntropy;
import io.perennial.models.Importance;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The diagonal of the Fisher information: {@code F_i = E_x E_{y ~ p(y|x)} (∂ log p(y|x) / ∂θ_i)²},
 * averaged over examples, and what is used in its place. Only the classes that compete in the task
 * take part in p.
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

  private final Variant variant;
  private final RandomSource random;
  private double[] probabilities = {};

  private FisherInformation(Variant variant, RandomSource random) {
    this.variant = variant;
    this.random = random;
  }

  /**
   * Estimates it over examples of the learner's task.
   *
   * @param examples at least one
   * @param batchSize the most examples in one pass
   * @param random for drawn labels
   * @param workers that share in what the model leaves to do
   * @return {@code [P]}, the caller's to close
   */
  public static INDArray estimate(
      Learner learner,
      Examples examples,
      Variant variant,
      int batchSize,
      RandomSource random,
      Workers workers) {
    if (variant == Variant.BATCH) {
      return ofBatches(learner, examples, batchSize, workers);
    }
    FisherInformation fisher = new FisherInformation(variant, random);
    int directions = variant == Variant.EXACT ? learner.model().classes() : 1;
    return Importance.estimate(
        learner, examples, batchSize, Power.SQUARE, directions, fisher::choose);
  }

  private int choose(Batch batch, double[] logits, double[][] directions) {
    int classes = logits.length / batch.size();
    softmax(batch, logits, classes);
    if (variant == Variant.EXACT) {
      return chooseAll(batch, classes, directions);
    }
    for (int n = 0; n < batch.size(); n++) {
      int label = variant == Variant.EMPIRICAL ? batch.labels()[n] : drawn(n, classes);
      direct(n, classes, label, 1, directions[0]);
    }
    return 1;
  }

  /**
   * Direction c is {@code √p_c ∂ log p_c}: the weight p_c of a square is √p_c on what is squared.
   */
  private int chooseAll(Batch batch, int classes, double[][] directions) {
    int used = 0;
    for (int c = 0; c < classes; c++) {
      boolean competes = false;
      for (int n = 0; n < batch.size(); n++) {
        if (batch.competing(n)[c]) {
          competes = true;
          direct(n, classes, c, Math.sqrt(probabilities[n * classes + c]), directions[used]);
        }
      }
      if (competes) {
        used++;
      }
    }
    return used;
  }

  /**
   * The gradient of a batch's mean log-likelihood is that of its cross-entropy, but for the sign.
   */
  private static INDArray ofBatches(
      Learner learner, Examples examples, int batchSize, Workers workers) {
    Model model = learner.model();
    INDArray sum = Vectors.create(model.dataType(), model.parameters().length());
    CrossEntropy likelihood = new CrossEntropy();
    AtomicInteger batches = new AtomicInteger();
    try (INDArray gradient = Vectors.create(model.dataType(), sum.length());
        Directions directions = new Directions(model)) {
      learner.visit(
          examples,
          learner.task().index(),
          batchSize,
          batch -> {
            INDArray logits = model.forward(batch.features(), batch.tasks(), false);
            INDArray direction = directions.of(batch.size());
            likelihood.loss(batch, logits, direction);
            model.backward(direction, gradient);
            Vectors.addSquare(sum, 1, gradient, workers);
            batches.incrementAndGet();
          });
    }
    Vectors.scale(1.0 / batches.get(), sum);
    return sum;
  }

  /** An array {@code [N, C]} for the batches at hand: all but the last are as long. */
  private static final class Directions implements AutoCloseable {
    private final Model model;
    private @Nullable INDArray latest;

    Directions(Model model) {
      this.model = model;
    }

    INDArray of(int rows) {
      INDArray fitting = latest;
      if (fitting == null || fitting.rows() != rows) {
        close();
        fitting = Vectors.create(model.dataType(), rows, model.classes());
        latest = fitting;
      }
      return fitting;
    }

    @Override
    public void close() {
      if (latest != null) {
        latest.close();
      }
    }
  }

  private void softmax(Batch batch, double[] logits, int classes) {
    if (probabilities.length < logits.length) {
      probabilities = new double[logits.length];
    }
    for (int n = 0; n < batch.size(); n++) {
      CrossEntropy.softmax(logits, n * classes, classes, batch.competing(n), 1, probabilities);
    }
  }

  /** Row n of the direction becomes {@code scale · ∂ log p_label / ∂ logits}. */
  private void direct(int n, int classes, int label, double scale, double[] direction) {
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
}
