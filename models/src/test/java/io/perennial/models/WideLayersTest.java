package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Batch;
import io.perennial.api.PerExampleGradients.Power;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Networks with so many parameters that their units are dealt out, not the rows of a batch. */
class WideLayersTest {
  private static final int ROWS = 7;
  private static final int CLASSES = 3;

  private final RandomSource random = new RandomSource(9);
  private final Workers workers = new Workers(2);

  @AfterEach
  void stop() {
    workers.close();
  }

  private static Mlp model(Activation activation, DataType type, Workers workers) {
    Mlp model =
        new Mlp(
            new long[] {701},
            List.of(903, 501),
            CLASSES,
            activation,
            type,
            new RandomSource(2),
            workers);
    assertThat(Sharding.of(ROWS, (int) model.parameterCount()).dealsUnits(model.layers().size()))
        .isTrue();
    return model;
  }

  @ParameterizedTest
  @EnumSource
  void everyRowIsAnsweredAsOnItsOwn(Activation activation) {
    try (Mlp model = model(activation, DataType.DOUBLE, workers)) {
      // Biases that show where one goes to another unit.
      Vectors.write(random.doubles(model.layers().size(), -0.1, 0.1).toArray(), model.parameters());
      double[] values = random.doubles(ROWS * 701).toArray();
      INDArray all = Tensors.of(DataType.DOUBLE, values, ROWS, 701);
      double[] together = Tensors.values(model.forward(all, new int[ROWS], false));
      for (int n = 0; n < ROWS; n++) {
        double[] row = new double[701];
        System.arraycopy(values, n * 701, row, 0, 701);
        INDArray one = Tensors.of(DataType.DOUBLE, row, 1, 701);
        double[] alone = Tensors.values(model.forward(one, new int[1], false));
        for (int c = 0; c < CLASSES; c++) {
          assertThat(together[n * CLASSES + c]).isCloseTo(alone[c], within(1e-11));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theGradientIsTheDifferenceAlongAnyDirection(Activation activation) {
    CrossEntropy objective = new CrossEntropy();
    INDArray features = Tensors.random(DataType.DOUBLE, random, ROWS, 701);
    Batch batch = Tensors.batch(features, random.ints(ROWS, 0, CLASSES).toArray(), CLASSES);
    try (Mlp model = model(activation, DataType.DOUBLE, workers)) {
      double[] theta = Tensors.values(model.parameters());
      INDArray delta = Vectors.create(DataType.DOUBLE, ROWS, CLASSES);
      INDArray gradient = Vectors.create(DataType.DOUBLE, theta.length);
      objective.loss(batch, model.forward(features, batch.tasks(), true), delta);
      model.backward(delta, gradient);
      double[] slopes = Tensors.values(gradient);
      for (int direction = 0; direction < 5; direction++) {
        double[] away = random.doubles(theta.length, -1, 1).toArray();
        double h = 1e-7;
        double difference = 0;
        for (int side = -1; side <= 1; side += 2) {
          double[] moved = new double[theta.length];
          for (int i = 0; i < moved.length; i++) {
            moved[i] = theta[i] + side * h * away[i];
          }
          Vectors.write(moved, model.parameters());
          INDArray logits = model.forward(features, batch.tasks(), true);
          difference += side * objective.loss(batch, logits, delta) / (2 * h);
        }
        double expected = 0;
        for (int i = 0; i < away.length; i++) {
          expected += away[i] * slopes[i];
        }
        assertThat(expected).isCloseTo(difference, within(1e-5 * Math.max(1, Math.abs(expected))));
      }
    }
  }

  @Test
  void threadsShowInNoBit() {
    List<String> one = bits(1);
    assertThat(bits(2)).isEqualTo(one);
    assertThat(bits(3)).isEqualTo(one);
  }

  private static List<String> bits(int threads) {
    RandomSource random = new RandomSource(4);
    List<String> bits = new ArrayList<>();
    try (Workers several = new Workers(threads);
        Mlp model = model(Activation.RELU, DataType.FLOAT, several)) {
      INDArray features = Tensors.random(DataType.FLOAT, random, ROWS, 701);
      INDArray delta = Tensors.random(DataType.FLOAT, random, ROWS, CLASSES);
      INDArray gradient = Vectors.create(DataType.FLOAT, model.layers().size());
      bits.add(Vectors.sha256(model.forward(features, new int[ROWS], true)));
      model.backward(delta, gradient);
      bits.add(Vectors.sha256(gradient));
      // Powers are summed by rows, of what was computed by units.
      model.accumulate(List.of(delta, delta), Power.SQUARE, gradient);
      bits.add(Vectors.sha256(gradient));
    }
    return bits;
  }

  @Test
  void powersOfGradientsAreThoseOfTheSingleRows() {
    try (Mlp model = model(Activation.TANH, DataType.DOUBLE, workers)) {
      double[] values = random.doubles(ROWS * 701).toArray();
      double[] slopes = random.doubles(ROWS * CLASSES, -1, 1).toArray();
      INDArray sum = Vectors.create(DataType.DOUBLE, model.layers().size());
      model.forward(Tensors.of(DataType.DOUBLE, values, ROWS, 701), new int[ROWS], false);
      model.accumulate(
          List.of(Tensors.of(DataType.DOUBLE, slopes, ROWS, CLASSES)), Power.SQUARE, sum);
      double[] expected = new double[model.layers().size()];
      INDArray gradient = Vectors.create(DataType.DOUBLE, expected.length);
      for (int n = 0; n < ROWS; n++) {
        double[] row = new double[701];
        double[] slope = new double[CLASSES];
        System.arraycopy(values, n * 701, row, 0, 701);
        System.arraycopy(slopes, n * CLASSES, slope, 0, CLASSES);
        model.forward(Tensors.of(DataType.DOUBLE, row, 1, 701), new int[1], false);
        model.backward(Tensors.of(DataType.DOUBLE, slope, 1, CLASSES), gradient);
        double[] own = Tensors.values(gradient);
        for (int i = 0; i < own.length; i++) {
          expected[i] += own[i] * own[i];
        }
      }
      double[] actual = Tensors.values(sum);
      double worst = 0;
      for (int i = 0; i < actual.length; i++) {
        worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
      }
      assertThat(worst).isLessThan(1e-10);
    }
  }
}
