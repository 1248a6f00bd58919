package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Batch;
import io.perennial.api.Optimizer;
import io.perennial.api.PerExampleGradients.Power;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Everything that PyTorch has an answer to: 1e-9 in double, 1e-4 relative in float. */
class GoldenTest {
  private static final String CASES =
      """
      RELU, DOUBLE
      TANH, DOUBLE
      RELU, FLOAT
      TANH, FLOAT
      """;

  private final Workers workers = new Workers(2);
  private final CrossEntropy objective = new CrossEntropy();

  @AfterEach
  void stop() {
    workers.close();
  }

  private static void assertEqual(double[] actual, double[] expected, DataType type) {
    assertThat(actual).hasSameSizeAs(expected);
    double scale = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i])
          .as("element %d", i)
          .isCloseTo(expected[i], within(type == DataType.DOUBLE ? 1e-9 : 1e-4 * scale));
    }
  }

  private static double tolerance(DataType type) {
    return type == DataType.DOUBLE ? 1e-9 : 1e-4;
  }

  @ParameterizedTest
  @CsvSource(textBlock = CASES)
  void forwardLossAndGradients(Activation activation, DataType type) {
    Golden golden = Golden.of(activation);
    try (Mlp model = golden.model(type, workers)) {
      Batch hard = Tensors.batch(golden.features(type), golden.labels(), Golden.CLASSES);
      INDArray logits = model.forward(hard.features(), hard.tasks(), true);
      assertEqual(Tensors.values(logits), golden.numbers("logits"), type);

      INDArray delta = Vectors.create(type, Golden.ROWS, Golden.CLASSES);
      INDArray gradient = Vectors.create(type, model.parameters().length());
      assertThat(objective.loss(hard, logits, delta))
          .isCloseTo(golden.number("loss"), within(tolerance(type)));
      model.backward(delta, gradient);
      assertEqual(Tensors.values(gradient), golden.flatParameters("gradients"), type);

      INDArray targets =
          Tensors.of(type, golden.numbers("softTargets"), Golden.ROWS, Golden.CLASSES);
      int[] none = new int[Golden.ROWS];
      Arrays.fill(none, -1);
      Batch soft = Tensors.batch(hard.features(), none, Golden.CLASSES).withTargets(targets);
      assertThat(objective.loss(soft, logits, delta))
          .isCloseTo(golden.number("softLoss"), within(tolerance(type)));
      model.backward(delta, gradient);
      assertEqual(Tensors.values(gradient), golden.flatParameters("softGradients"), type);
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = CASES)
  void distillation(Activation activation, DataType type) {
    Golden golden = Golden.of(activation);
    int rows = Golden.ROWS;
    int classes = Golden.CLASSES;
    double temperature = golden.number("distillation", "temperature");
    double[] old = golden.numbers("distillation", "oldLogits");
    boolean[] all = Tensors.all(classes);
    try (Mlp model = golden.model(type, workers)) {
      double[] logits = Tensors.values(model.forward(golden.features(type), new int[rows], true));
      double[] delta = new double[rows * classes];
      double loss = 0;
      for (int n = 0; n < rows; n++) {
        int at = n * classes;
        CrossEntropy.softmax(old, at, classes, all, temperature, old);
        double[] log = new double[classes];
        CrossEntropy.logSoftmax(logits, at, classes, all, temperature, log, 0);
        for (int c = 0; c < classes; c++) {
          loss -= old[at + c] * log[c] / rows;
          delta[at + c] = (Math.exp(log[c]) - old[at + c]) / temperature / rows;
        }
      }
      assertThat(loss).isCloseTo(golden.number("distillation", "loss"), within(tolerance(type)));
      INDArray gradient = Vectors.create(type, model.parameters().length());
      model.backward(Tensors.of(type, delta, rows, classes), gradient);
      assertEqual(
          Tensors.values(gradient), golden.flatParameters("distillation", "gradients"), type);
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = CASES)
  void fisherInformation(Activation activation, DataType type) {
    Golden golden = Golden.of(activation);
    int rows = Golden.ROWS;
    int classes = Golden.CLASSES;
    boolean[] all = Tensors.all(classes);
    try (Mlp model = golden.model(type, workers)) {
      double[] p = Tensors.values(model.forward(golden.features(type), new int[rows], true));
      for (int n = 0; n < rows; n++) {
        CrossEntropy.softmax(p, n * classes, classes, all, 1, p);
      }
      List<INDArray> exact = new ArrayList<>();
      for (int c = 0; c < classes; c++) {
        int label = c;
        exact.add(direction(type, p, n -> label, n -> Math.sqrt(p[n * classes + label] / rows)));
      }
      assertEqual(fisher(model, exact), golden.flatParameters("fisher", "exact"), type);

      int[] labels = golden.labels();
      INDArray empirical = direction(type, p, n -> labels[n], n -> Math.sqrt(1.0 / rows));
      assertEqual(
          fisher(model, List.of(empirical)), golden.flatParameters("fisher", "empirical"), type);

      INDArray gradient = Vectors.create(type, model.parameters().length());
      model.backward(direction(type, p, n -> labels[n], n -> 1.0 / rows), gradient);
      INDArray batch = Vectors.create(type, gradient.length());
      Vectors.addSquare(batch, 1, gradient);
      assertEqual(Tensors.values(batch), golden.flatParameters("fisher", "batch"), type);
    }
  }

  private static double[] fisher(Mlp model, List<INDArray> directions) {
    INDArray sum = Vectors.create(model.dataType(), model.parameters().length());
    model.accumulate(directions, Power.SQUARE, sum);
    return Tensors.values(sum);
  }

  /** {@code scale ∂ log p_label / ∂ logits} for each row. */
  private static INDArray direction(
      DataType type, double[] p, IntUnaryOperator label, IntToDoubleFunction scale) {
    double[] d = new double[p.length];
    for (int n = 0; n < Golden.ROWS; n++) {
      for (int c = 0; c < Golden.CLASSES; c++) {
        int i = n * Golden.CLASSES + c;
        d[i] = scale.applyAsDouble(n) * ((c == label.applyAsInt(n) ? 1 : 0) - p[i]);
      }
    }
    return Tensors.of(type, d, Golden.ROWS, Golden.CLASSES);
  }

  @ParameterizedTest
  @CsvSource(textBlock = CASES)
  void fiveStepsOfEachOptimizer(Activation activation, DataType type) {
    fiveSteps(activation, type, "sgdAfter5", new Sgd(new Sgd.Settings(0.1, 0)));
    fiveSteps(activation, type, "sgdMomentumAfter5", new Sgd(new Sgd.Settings(0.1, 0.9)));
    fiveSteps(activation, type, "adamAfter5", new Adam(new Adam.Settings(0.01, 0.9, 0.999, 1e-8)));
  }

  private void fiveSteps(Activation activation, DataType type, String name, Optimizer optimizer) {
    Golden golden = Golden.of(activation);
    double[] losses = golden.numbers(name, "losses");
    try (Mlp model = golden.model(type, workers)) {
      Batch batch = Tensors.batch(golden.features(type), golden.labels(), Golden.CLASSES);
      INDArray delta = Vectors.create(type, Golden.ROWS, Golden.CLASSES);
      INDArray gradient = Vectors.create(type, model.parameters().length());
      for (double expected : losses) {
        INDArray logits = model.forward(batch.features(), batch.tasks(), true);
        assertThat(objective.loss(batch, logits, delta))
            .as(name)
            .isCloseTo(expected, within(tolerance(type)));
        model.backward(delta, gradient);
        optimizer.step(model.parameters(), gradient, Optional.empty());
      }
      assertEqual(
          Tensors.values(model.parameters()), golden.flatParameters(name, "parameters"), type);
    }
  }
}
