package io.perennial.runner.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.runner.result.Interval;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Against SciPy 1.10.1 ({@code ttest_rel}, {@code t.interval}, {@code wilcoxon}, {@code
 * permutation_test} over all signs where there are ties, {@code nct}, {@code friedmanchisquare},
 * {@code f.sf}, {@code studentized_range.ppf}) and statsmodels 0.13.5 ({@code multipletests}), on
 * accuracies with two to ten decimals, thus with and without ties. {@code reference.py} beside the
 * values makes them.
 */
class StatisticsReferenceTest {
  private static Stream<JsonNode> cases(String of) {
    try (InputStream in =
        Objects.requireNonNull(
            StatisticsReferenceTest.class.getResourceAsStream("reference.json"))) {
      return new JsonMapper().readTree(in).required(of).valueStream();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<JsonNode> paired() {
    return cases("paired");
  }

  static Stream<JsonNode> friedman() {
    return cases("friedman");
  }

  static Stream<JsonNode> holm() {
    return cases("holm");
  }

  private static double[] numbers(JsonNode list) {
    return list.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
  }

  @ParameterizedTest
  @MethodSource("paired")
  void pairedTests(JsonNode expected) {
    PairedTest test =
        PairedTest.of(numbers(expected.required("first")), numbers(expected.required("second")));
    double[] interval = numbers(expected.required("interval"));
    assertThat(test.difference())
        .isEqualTo(expected.required("difference").doubleValue(), within(1e-12));
    assertThat(test.t()).isEqualTo(expected.required("t").doubleValue(), within(1e-9));
    assertThat(test.interval95().low()).isEqualTo(interval[0], within(1e-9));
    assertThat(test.interval95().high()).isEqualTo(interval[1], within(1e-9));
    // Beyond 50 pairs both approximate, and correct the variance for tied zeros differently.
    assertThat(test.wilcoxon())
        .isEqualTo(
            expected.required("wilcoxon").doubleValue(), within(test.pairs() > 50 ? 1e-6 : 1e-9));
    assertThat(test.effect()).isEqualTo(expected.required("effect").doubleValue(), within(1e-9));
    if (!expected.required("effectInterval").isNull()) {
      assertNear(test.effect95(), numbers(expected.required("effectInterval")));
    }
  }

  /** The exact interval is one of noncentral t; ours is near it, as its description says. */
  private static void assertNear(Interval ours, double[] exact) {
    double share = 0.06 * (exact[1] - exact[0]);
    assertThat(ours.low()).isEqualTo(exact[0], within(share));
    assertThat(ours.high()).isEqualTo(exact[1], within(share));
  }

  @ParameterizedTest
  @MethodSource("friedman")
  void ranks(JsonNode expected) {
    double[][] values =
        expected
            .required("values")
            .valueStream()
            .map(StatisticsReferenceTest::numbers)
            .toArray(double[][]::new);
    Ranking ranking = Ranking.of(values);
    assertThat(ranking.ranks()).containsExactly(numbers(expected.required("ranks")), within(1e-9));
    assertThat(ranking.chiSquare())
        .isEqualTo(expected.required("chiSquare").doubleValue(), within(1e-9));
    assertThat(ranking.probability())
        .isEqualTo(expected.required("probability").doubleValue(), within(1e-9));
    JsonNode statistic = expected.required("statistic");
    if (statistic.isNull()) {
      assertThat(ranking.statistic()).isInfinite();
    } else {
      assertThat(ranking.statistic()).isEqualTo(statistic.doubleValue(), within(1e-7));
    }
  }

  @ParameterizedTest
  @MethodSource("holm")
  void holmsCorrection(JsonNode expected) {
    assertThat(Holm.correct(numbers(expected.required("values"))))
        .containsExactly(numbers(expected.required("corrected")), within(1e-12));
  }

  @Test
  void nemenyisCriticalDifferences() {
    double[] quantiles = cases("nemenyi").mapToDouble(JsonNode::doubleValue).toArray();
    assertThat(quantiles).hasSize(19);
    for (int i = 0; i < quantiles.length; i++) {
      int strategies = i + 2;
      double error = Math.sqrt(strategies * (strategies + 1) / (6.0 * 7));
      assertThat(Ranking.ofRanks(7, new double[strategies]).criticalDifference())
          .as("%d strategies", strategies)
          .isEqualTo(quantiles[i] * error, within(1e-4));
    }
  }
}
