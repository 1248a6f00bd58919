package io.perennial.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Batch;
import io.perennial.api.RandomSource;
import io.perennial.models.CrossEntropy;
import io.perennial.models.Vectors;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class TemperatureCorrectionTest {
  private static final int ROWS = 4;
  private static final int CLASSES = 3;
  private static final double T = 2.5;

  private final RandomSource random = new RandomSource(6);
  private final double[] z = random.doubles(ROWS * CLASSES, -3, 3).toArray();
  private final double[] weights = {0.1, 0.5, 0.3, 0.1};
  private final int[] labels = {2, -1, -1, 0};
  private final double[] targets = {0, 0, 0, 0.2, 0.7, 0.1, 0.6, 0.4, 0, 0, 0, 0};
  private final boolean[][] competing = {
    {true, true, true}, {true, true, true}, {true, true, false}, {true, true, true}
  };

  /** Base loss and correction together. */
  private double loss(double[] logits, INDArray gradient) {
    INDArray soft = array(targets);
    Batch batch =
        new Batch(
                Vectors.create(DataType.DOUBLE, ROWS, 1),
                labels,
                new int[ROWS],
                new int[] {0, 1, 1, 0},
                weights,
                competing)
            .withTargets(soft);
    INDArray array = array(logits);
    double base = new CrossEntropy().loss(batch, array, gradient);
    return base + new TemperatureCorrection(T).add(batch, array, gradient);
  }

  private static INDArray array(double[] values) {
    INDArray array = Vectors.create(DataType.DOUBLE, ROWS, CLASSES);
    Vectors.write(values, array);
    return array;
  }

  @Test
  void softRowsAreDistilledAtTheTemperatureAndTimesItsSquare() {
    double expected = 0;
    double[] log = new double[CLASSES];
    for (int n = 0; n < ROWS; n++) {
      boolean soft = labels[n] < 0;
      CrossEntropy.logSoftmax(z, n * CLASSES, CLASSES, competing[n], soft ? T : 1, log, 0);
      if (soft) {
        for (int c = 0; c < CLASSES; c++) {
          expected -= competing[n][c] ? weights[n] * T * T * targets[n * CLASSES + c] * log[c] : 0;
        }
      } else {
        expected -= weights[n] * log[labels[n]];
      }
    }
    assertThat(loss(z, array(z))).isCloseTo(expected, within(1e-12));
  }

  @Test
  void gradientIsTheFiniteDifference() {
    INDArray gradient = array(z);
    loss(z, gradient);
    double[] exact = new double[z.length];
    Vectors.read(gradient, exact);
    double h = 1e-6;
    for (int i = 0; i < z.length; i++) {
      double[] above = z.clone();
      above[i] += h;
      double[] below = z.clone();
      below[i] -= h;
      double numeric = (loss(above, array(z)) - loss(below, array(z))) / (2 * h);
      assertThat(exact[i]).isCloseTo(numeric, within(1e-8));
    }
    assertThat(exact[2 * CLASSES + 2]).isZero();
  }

  @Test
  void aBatchWithoutSoftTargetsIsLeftAlone() {
    int[] hard = {0, 1, 1, 2};
    boolean[][] all = new boolean[ROWS][];
    Arrays.fill(all, new boolean[] {true, true, true});
    Batch batch =
        new Batch(
            Vectors.create(DataType.DOUBLE, ROWS, 1),
            hard,
            new int[ROWS],
            new int[ROWS],
            weights,
            all);
    INDArray gradient = array(z);
    assertThat(new TemperatureCorrection(T).add(batch, array(z), gradient)).isZero();
    double[] values = new double[z.length];
    Vectors.read(gradient, values);
    assertThat(values).isEqualTo(z);
  }
}
