package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Batch;
import io.perennial.api.RandomSource;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every gradient equals its central finite difference, in double. */
class GradientTest {
  private static final double H = 1e-5;

  private final Workers workers = new Workers(1);
  private final CrossEntropy objective = new CrossEntropy();

  @Property(tries = 60)
  void lossOfAnyNetworkAndBatch(
      @ForAll @Size(max = 2) List<@IntRange(min = 1, max = 5) Integer> hidden,
      @ForAll Activation activation,
      @ForAll @IntRange(min = 1, max = 7) int rows,
      @ForAll @IntRange(min = 1, max = 4) int classes,
      @ForAll boolean soft,
      @ForAll boolean masked,
      @ForAll int seed) {
    RandomSource random = new RandomSource(seed);
    Batch batch = batch(random, rows, classes, soft, masked);
    try (Mlp model =
        new Mlp(new long[] {2, 3}, hidden, classes, activation, DataType.DOUBLE, random, workers)) {
      double[] theta = Tensors.values(model.parameters());
      for (int i = 0; i < theta.length; i++) {
        theta[i] += 0.1 * random.nextGaussian(); // Biases, too, are not 0.
      }
      double[] numeric = new double[theta.length];
      for (int i = 0; i < theta.length; i++) {
        numeric[i] = (loss(model, batch, theta, i, H) - loss(model, batch, theta, i, -H)) / (2 * H);
      }
      Vectors.write(theta, model.parameters());
      INDArray delta = Vectors.create(DataType.DOUBLE, rows, classes);
      INDArray gradient = Vectors.create(DataType.DOUBLE, theta.length);
      objective.loss(batch, model.forward(batch.features(), batch.tasks(), true), delta);
      model.backward(delta, gradient);
      double[] exact = Tensors.values(gradient);
      int kinks = 0;
      for (int i = 0; i < exact.length; i++) {
        if (Math.abs(exact[i] - numeric[i]) > 1e-8) {
          kinks++; // A ReLU within H of its kink; very rare, and never with tanh.
        }
      }
      assertThat(kinks).isLessThanOrEqualTo(activation == Activation.RELU ? exact.length / 10 : 0);
    }
  }

  private double loss(Mlp model, Batch batch, double[] theta, int i, double step) {
    double[] moved = theta.clone();
    moved[i] += step;
    Vectors.write(moved, model.parameters());
    INDArray logits = model.forward(batch.features(), batch.tasks(), false);
    try (INDArray delta = Vectors.copyOf(logits)) {
      return objective.loss(batch, logits, delta);
    }
  }

  private static Batch batch(
      RandomSource random, int rows, int classes, boolean soft, boolean masked) {
    int[] labels = new int[rows];
    double[] weights = random.doubles(rows).toArray();
    boolean[][] competing = new boolean[rows][];
    double[] targets = new double[rows * classes];
    for (int n = 0; n < rows; n++) {
      labels[n] = random.nextInt(classes);
      competing[n] = Tensors.all(classes);
      for (int c = 0; masked && c < classes; c++) {
        competing[n][c] = c == labels[n] || random.nextInt(2) == 0;
      }
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        targets[n * classes + c] = competing[n][c] ? random.nextDouble() : 0;
        sum += targets[n * classes + c];
      }
      for (int c = 0; c < classes; c++) {
        targets[n * classes + c] /= sum;
      }
      if (soft && n % 2 == 0) {
        labels[n] = -1;
      }
    }
    weights[rows - 1] = rows > 2 ? 0 : weights[rows - 1];
    INDArray features = Tensors.random(DataType.DOUBLE, random, rows, 2, 3);
    Batch batch = new Batch(features, labels, new int[rows], new int[rows], weights, competing);
    return soft ? batch.withTargets(Tensors.of(DataType.DOUBLE, targets, rows, classes)) : batch;
  }

  @Example
  void classesThatDoNotCompeteGetNoGradient() {
    boolean[][] competing = {{true, false, true}, {false, true, false}};
    INDArray features = Vectors.create(DataType.DOUBLE, 2, 1);
    Batch batch =
        new Batch(
            features, new int[] {0, 1}, new int[2], new int[2], new double[] {.5, .5}, competing);
    INDArray logits = Tensors.of(DataType.DOUBLE, new double[] {1, 50, 2, 3, 4, 5}, 2, 3);
    INDArray gradient = Vectors.create(DataType.DOUBLE, 2, 3);
    double loss = objective.loss(batch, logits, gradient);
    double p = 1 / (1 + Math.exp(1));
    assertThat(loss).isCloseTo(-.5 * Math.log(p), within(1e-12));
    double[] expected = {.5 * (p - 1), 0, .5 * (1 - p), 0, 0, 0};
    assertThat(Tensors.values(gradient)).containsExactly(expected, within(1e-15));
  }

  @Example
  void rowOfNoWeightContributesNothingWhateverItsLogits() {
    double nan = Double.NaN;
    INDArray logits = Tensors.of(DataType.DOUBLE, new double[] {nan, nan, 0, 0}, 2, 2);
    boolean[] both = Tensors.all(2);
    Batch batch =
        new Batch(
            Vectors.create(DataType.DOUBLE, 2, 1),
            new int[] {0, 1},
            new int[2],
            new int[2],
            new double[] {0, 1},
            new boolean[][] {both, both});
    INDArray gradient = Tensors.of(DataType.DOUBLE, new double[] {nan, nan, nan, nan}, 2, 2);
    assertThat(objective.loss(batch, logits, gradient)).isCloseTo(Math.log(2), within(1e-12));
    assertThat(Tensors.values(gradient))
        .containsExactly(new double[] {0, 0, .5, -.5}, within(1e-15));
  }

  @Example
  void hugeLogitsDoNotOverflow() {
    double[] logits = {1e30, -1e30, 1e30};
    double[] p = new double[3];
    CrossEntropy.softmax(logits, 0, 3, Tensors.all(3), 1, p);
    assertThat(p).containsExactly(.5, 0, .5);
    Arrays.fill(logits, -1e30);
    CrossEntropy.softmax(logits, 0, 3, new boolean[] {true, false, false}, 2, p);
    assertThat(p).containsExactly(1, 0, 0);
  }

  @Example
  void labelThatDoesNotCompeteIsAnError() {
    Batch batch = Tensors.batch(Vectors.create(DataType.DOUBLE, 1, 1), new int[] {2}, 2);
    INDArray logits = Vectors.create(DataType.DOUBLE, 1, 2);
    assertThatThrownBy(() -> objective.loss(batch, logits, Vectors.copyOf(logits)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The label 2 of row 0 is not among the classes that compete in it");
  }
}
