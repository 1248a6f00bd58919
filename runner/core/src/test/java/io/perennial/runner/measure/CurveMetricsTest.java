package io.perennial.runner.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.AccuracyCurve;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Calibration;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Metrics of more than R, against values computed by hand from the papers' definitions. */
class CurveMetricsTest {
  private static final double ROUNDING = 1e-12;

  /** Three tasks of 20 steps, measured every 10 steps and before the first of each. */
  private static AccuracyCurve curve() {
    AccuracyCurve curve = new AccuracyCurve(3, 10);
    point(curve, 0, 0.10);
    point(curve, 10, 0.50);
    point(curve, 20, 0.90);
    curve.endTask(20);
    curve.set(20, 1, 0.20);
    point(curve, 30, 0.30, 0.60);
    point(curve, 40, 0.70, 0.80);
    curve.endTask(40);
    curve.set(40, 2, 0.10);
    point(curve, 50, 0.60, 0.40, 0.70);
    point(curve, 60, 0.65, 0.75, 0.90);
    curve.endTask(60);
    return curve;
  }

  private static void point(AccuracyCurve curve, long step, double... accuracies) {
    for (int task = 0; task < accuracies.length; task++) {
      curve.set(step, task, accuracies[task]);
    }
  }

  private static AccuracyMatrix matrix() {
    AccuracyMatrix accuracy = new AccuracyMatrix(List.of("a", "b", "c"));
    double[][] rows = {{0.90}, {0.70, 0.80}, {0.65, 0.75, 0.90}};
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j <= i; j++) {
        accuracy.set(i, j, rows[i][j]);
      }
    }
    return accuracy;
  }

  private static Measurements measured(AccuracyCurve curve) {
    return new Measurements(
        3,
        "ab",
        matrix(),
        curve,
        new Calibration(
            List.of(
                new Calibration.Bin(1, 0.4, 1),
                new Calibration.Bin(0, Double.NaN, Double.NaN),
                new Calibration.Bin(3, 0.9, 2 / 3.0))),
        List.of(100L, 150L, 250L),
        OptionalLong.of(240),
        List.of(0L, 400L, 800L));
  }

  private static double number(Metric metric, Measurements measured) {
    Metric.Value value = metric.compute(measured);
    assertThat(value.present()).as(value.reason()).isTrue();
    return value.number();
  }

  @Test
  void valuesComputedByHand() {
    Measurements run = measured(curve());
    // (0.9 + 0.8 + 0.9) / 3
    assertThat(number(new Plasticity(), run)).isEqualTo(2.6 / 3, within(ROUNDING));
    // a: min(0.3, 0.7, 0.6, 0.65); b: min(0.4, 0.75), not the 0.2 before and while it is learned
    assertThat(number(new MinimumAccuracy(), run)).isEqualTo(0.35, within(ROUNDING));
    // 1/3 * 0.9 + 2/3 * 0.35
    assertThat(number(new WorstCaseAccuracy(), run)).isEqualTo(1.6 / 3, within(ROUNDING));
    // a: (0.3 + 0.7) / 2; b: (0.4 + 0.7) / 2; c: (0.4 + 0.8) / 2
    assertThat(number(new LearningCurveArea(), run)).isEqualTo(0.55, within(ROUNDING));
    // 0.5, 0.9, 0.45, 0.75, 1.7 / 3, 2.3 / 3: a task that is about to begin does not count
    assertThat(number(new AnytimeAccuracy(), run)).isEqualTo((2.6 + 4 / 3.0) / 6, within(ROUNDING));
    // (1 * |1 - 0.4| + 3 * |2/3 - 0.9|) / 4
    assertThat(number(new CalibrationError(), run)).isEqualTo(0.325, within(ROUNDING));
    assertThat(number(new FinalParameters(), run)).isEqualTo(250);
    assertThat(number(new ParameterGrowth(), run)).isEqualTo(2.5);
    assertThat(number(new MultiplyAccumulates(), run)).isEqualTo(240);
    assertThat(number(new StrategyMemory(), run)).isEqualTo(800);
  }

  @Test
  void endsOfTasksAloneSayNothingOfWhatLiesBetween() {
    AccuracyCurve ends = new AccuracyCurve(3, 0);
    point(ends, 20, 0.90);
    ends.endTask(20);
    point(ends, 40, 0.70, 0.80);
    ends.endTask(40);
    point(ends, 60, 0.65, 0.75, 0.90);
    ends.endTask(60);
    Measurements run = measured(ends);
    for (Metric metric :
        List.of(new MinimumAccuracy(), new WorstCaseAccuracy(), new LearningCurveArea())) {
      assertThat(metric.compute(run).reason()).contains("set curves: {every: 10}");
    }
    // The average over incremental accuracies: (0.9 + 0.75 + 2.3 / 3) / 3
    assertThat(number(new AnytimeAccuracy(), run))
        .isEqualTo((1.65 + 2.3 / 3) / 3, within(ROUNDING));
  }

  @Test
  void whatIsNotThereHasAReason() {
    Measurements nothing = Measurements.of(new AccuracyMatrix(List.of("a", "b")));
    for (Metric metric :
        List.of(
            new Plasticity(),
            new AnytimeAccuracy(),
            new LearningCurveArea(),
            new MinimumAccuracy(),
            new WorstCaseAccuracy(),
            new CalibrationError(),
            new FinalParameters(),
            new ParameterGrowth(),
            new MultiplyAccumulates(),
            new StrategyMemory())) {
      assertThat(metric.compute(nothing).present()).as(metric.name()).isFalse();
      assertThat(metric.compute(nothing).reason()).as(metric.name()).isNotBlank();
    }
    AccuracyCurve begun = new AccuracyCurve(3, 10);
    point(begun, 0, 0.1);
    assertThat(new MinimumAccuracy().compute(measured(begun)).reason())
        .isEqualTo("not all tasks are learned");
  }

  @Test
  void theWorstOfOneTaskIsItsOwn() {
    AccuracyMatrix one = new AccuracyMatrix(List.of("a"));
    one.set(0, 0, 0.9);
    assertThat(number(new WorstCaseAccuracy(), Measurements.of(one))).isEqualTo(0.9);
    assertThat(new MinimumAccuracy().compute(Measurements.of(one)).present()).isFalse();
  }
}
