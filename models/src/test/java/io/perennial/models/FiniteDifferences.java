package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Batch;
import io.perennial.api.Model;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The gradient of a model's loss beside its finite differences, in double. */
final class FiniteDifferences {
  private static final double H = 1e-5;
  private static final CrossEntropy OBJECTIVE = new CrossEntropy();

  private FiniteDifferences() {}

  /**
   * Every element of the gradient equals the central difference, unless a ReLU or a pool has a kink
   * within H; there it is one of the two slopes, and that is very rare.
   */
  static void assertGradient(Model model, Batch batch) {
    double[] theta = Tensors.values(model.parameters());
    double[] exact = gradient(model, batch);
    double here = loss(model, batch);
    int kinks = 0;
    for (int i = 0; i < theta.length; i++) {
      double right = (moved(model, batch, theta, i, H) - here) / H;
      double left = (here - moved(model, batch, theta, i, -H)) / H;
      double error = Math.abs(exact[i] - (right + left) / 2);
      if (error > 2e-8) {
        kinks++;
        assertThat(error).as("%s", place(model, i)).isLessThan(Math.abs(right - left));
      }
    }
    Vectors.write(theta, model.parameters());
    assertThat(kinks).isLessThanOrEqualTo(theta.length / 10);
  }

  private static String place(Model model, int i) {
    String name = "";
    for (Model.Slice slice : model.layout()) {
      name = slice.offset() <= i ? slice.name() + "[" + (i - slice.offset()) + "]" : name;
    }
    return name;
  }

  private static double moved(Model model, Batch batch, double[] theta, int i, double step) {
    double[] moved = theta.clone();
    moved[i] += step;
    Vectors.write(moved, model.parameters());
    return loss(model, batch);
  }

  private static double loss(Model model, Batch batch) {
    INDArray logits = model.forward(batch.features(), batch.tasks(), false);
    try (INDArray delta = Vectors.copyOf(logits)) {
      return OBJECTIVE.loss(batch, logits, delta);
    }
  }

  static double[] gradient(Model model, Batch batch) {
    INDArray logits = model.forward(batch.features(), batch.tasks(), true);
    try (INDArray delta = Vectors.copyOf(logits);
        INDArray gradient = Vectors.create(DataType.DOUBLE, model.parameters().length())) {
      OBJECTIVE.loss(batch, logits, delta);
      model.backward(delta, gradient);
      return Tensors.values(gradient);
    }
  }
}
