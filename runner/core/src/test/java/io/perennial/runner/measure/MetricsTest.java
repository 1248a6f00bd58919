package io.perennial.runner.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final double ROUNDING = 1e-12;
  private static final double NONE = Double.NaN;

  private final Metric average = new AverageAccuracy();
  private final Metric backward = new BackwardTransfer();
  private final Metric forward = new ForwardTransfer();
  private final Metric forgetting = new Forgetting();

  /** The second row is where forgetting and backward transfer part: task 0 got better first. */
  private final AccuracyMatrix threeTasks =
      matrix(
          new double[][] {{0.90, 0.20, 0.15}, {0.94, 0.80, 0.30}, {0.60, 0.70, 0.98}},
          0.10,
          0.12,
          0.08);

  @Test
  void valuesComputedByHand() {
    // (0.60 + 0.70 + 0.98) / 3
    assertThat(number(average, threeTasks)).isEqualTo(0.76, within(ROUNDING));
    // ((0.60 - 0.90) + (0.70 - 0.80)) / 2
    assertThat(number(backward, threeTasks)).isEqualTo(-0.20, within(ROUNDING));
    // ((0.20 - 0.12) + (0.30 - 0.08)) / 2
    assertThat(number(forward, threeTasks)).isEqualTo(0.15, within(ROUNDING));
    // ((max(0.90, 0.94) - 0.60) + (0.80 - 0.70)) / 2
    assertThat(number(forgetting, threeTasks)).isEqualTo(0.22, within(ROUNDING));
  }

  @Test
  void namesAreThoseOfTheResults() {
    assertThat(List.of(average, backward, forward, forgetting))
        .extracting(Metric::name)
        .containsExactly("averageAccuracy", "backwardTransfer", "forwardTransfer", "forgetting");
    assertThat(forgetting.formula())
        .isEqualTo("F = 1/(T-1) * sum_{j=1..T-1} (max_{j<=i<T} R[i][j] - R[T][j])");
  }

  @Test
  void withOneTaskThereIsNoTransfer() {
    AccuracyMatrix one = matrix(new double[][] {{0.9}}, 0.1);
    assertThat(number(average, one)).isEqualTo(0.9);
    for (Metric metric : List.of(backward, forward, forgetting)) {
      assertThat(metric.compute(Measurements.of(one)).present()).isFalse();
      assertThat(metric.compute(Measurements.of(one)).reason())
          .isEqualTo("it compares tasks, and there is only one");
    }
  }

  @Test
  void aMissingCellIsNamed() {
    AccuracyMatrix some =
        matrix(
            new double[][] {{NONE, NONE, NONE}, {0.9, NONE, 0.3}, {0.6, 0.7, 0.98}},
            0.1,
            NONE,
            0.1);
    assertThat(number(average, some)).isEqualTo(0.76, within(ROUNDING));
    assertThat(backward.compute(Measurements.of(some)).reason())
        .isEqualTo("R[0][0], task 'a' after task 'a', was not measured or has no meaning");
    assertThat(forward.compute(Measurements.of(some)).reason())
        .startsWith("R[0][1], task 'b' after task 'a',");
    assertThat(forgetting.compute(Measurements.of(some)).present()).isFalse();
    some.set(0, 1, 0.2);
    assertThat(forward.compute(Measurements.of(some)).reason())
        .startsWith("R0[1], task 'b' before training,");
  }

  @Test
  void cellsThatAMetricDoesNotReadMayBeMissing() {
    AccuracyMatrix seenOnly =
        matrix(
            new double[][] {{0.9, NONE, NONE}, {0.94, 0.8, NONE}, {0.6, 0.7, 0.98}},
            NONE,
            NONE,
            NONE);
    assertThat(number(backward, seenOnly)).isEqualTo(-0.20, within(ROUNDING));
    assertThat(number(forgetting, seenOnly)).isEqualTo(0.22, within(ROUNDING));
    assertThat(forward.compute(Measurements.of(seenOnly)).present()).isFalse();
  }

  @Property
  void forgettingIsAtLeastTheLossSinceLearning(@ForAll("matrices") AccuracyMatrix accuracy) {
    assertThat(number(forgetting, accuracy))
        .isGreaterThanOrEqualTo(-number(backward, accuracy) - ROUNDING)
        .isBetween(-1.0, 1.0);
    assertThat(number(average, accuracy)).isBetween(0.0, 1.0);
    assertThat(number(forward, accuracy)).isBetween(-1.0, 1.0);
  }

  @Property
  void aModelThatNeverChangesHasNoTransfer(@ForAll("matrices") AccuracyMatrix accuracy) {
    int last = accuracy.size() - 1;
    for (int j = 0; j <= last; j++) {
      accuracy.setUntrained(j, accuracy.at(last, j));
      for (int i = 0; i < last; i++) {
        accuracy.set(i, j, accuracy.at(last, j));
      }
    }
    for (Metric metric : List.of(backward, forward, forgetting)) {
      assertThat(number(metric, accuracy)).isZero();
    }
  }

  @Provide
  Arbitrary<AccuracyMatrix> matrices() {
    Arbitrary<Double> cell = Arbitraries.doubles().between(0, 1);
    return Arbitraries.integers()
        .between(2, 6)
        .flatMap(
            size -> cell.array(double[].class).ofSize(size * (size + 1)).map(MetricsTest::fill));
  }

  private static AccuracyMatrix fill(double[] cells) {
    int size = (int) Math.sqrt(cells.length);
    double[][] rows = new double[size][size];
    for (int i = 0; i < size; i++) {
      System.arraycopy(cells, i * size, rows[i], 0, size);
    }
    double[] untrained = new double[size];
    System.arraycopy(cells, size * size, untrained, 0, size);
    return matrix(rows, untrained);
  }

  private static double number(Metric metric, AccuracyMatrix accuracy) {
    Metric.Value value = metric.compute(Measurements.of(accuracy));
    assertThat(value.present()).as(value.reason()).isTrue();
    return value.number();
  }

  private static AccuracyMatrix matrix(double[][] rows, double... untrained) {
    List<String> tasks =
        IntStream.range(0, rows.length).mapToObj(t -> Character.toString('a' + t)).toList();
    AccuracyMatrix accuracy = new AccuracyMatrix(tasks);
    for (int j = 0; j < rows.length; j++) {
      accuracy.setUntrained(j, untrained[j]);
      for (int i = 0; i < rows.length; i++) {
        accuracy.set(i, j, rows[i][j]);
      }
    }
    return accuracy;
  }
}
