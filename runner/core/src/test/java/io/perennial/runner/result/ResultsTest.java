package io.perennial.runner.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultsTest {
  @Test
  void valuesComputedByHand() {
    // Mean 0.7; squares 0.04 + 0 + 0.04 = 0.08; variance 0.08 / 2; error sqrt(0.04 / 3).
    Results results =
        Results.of(
            List.of(
                Fixtures.complete(1, 0.5),
                Fixtures.complete(2, 0.7),
                Fixtures.complete(3, 0.9),
                Fixtures.run(4, RunResult.Status.FAILED, 0.0, "NaN")));
    assertThat(Fixtures.value(results.mean(), "averageAccuracy").number())
        .isEqualTo(0.7, within(1e-12));
    assertThat(Fixtures.value(results.standardError(), "averageAccuracy").number())
        .isEqualTo(0.11547005383792516, within(1e-12));
    assertThat(results.runs()).hasSize(4);
    // t(0.975; 2) = 4.303 in every table: 0.7 ± 4.302652730 * 0.115470054.
    assertThat(results.interval95()).containsKey("averageAccuracy");
    Interval interval = results.interval95().getOrDefault("averageAccuracy", Interval.NONE);
    assertThat(interval.low()).isEqualTo(0.203172, within(1e-6));
    assertThat(interval.high()).isEqualTo(1.196828, within(1e-6));
    assertThat(Fixtures.value(results.mean(), "forwardTransfer").reason())
        .isEqualTo("seed 1 has none: R[0][1] was not measured");
  }

  @Test
  void tooFewRunsHaveNoStatistics() {
    Results one = Results.of(List.of(Fixtures.complete(1, 0.5)));
    assertThat(Fixtures.value(one.mean(), "averageAccuracy").number()).isEqualTo(0.5);
    assertThat(Fixtures.value(one.standardError(), "averageAccuracy").reason())
        .isEqualTo("it takes at least two complete runs");
    Results none = Results.of(List.of(Fixtures.run(1, RunResult.Status.FAILED, 0.5, "NaN")));
    assertThat(Fixtures.value(none.mean(), "averageAccuracy").reason())
        .isEqualTo("no run is complete");
    assertThat(one.interval95()).containsEntry("averageAccuracy", Interval.NONE);
  }

  @Test
  void theStatusIsThatOfTheSlowestThenTheWorst() {
    RunResult complete = Fixtures.complete(1, 0.5);
    RunResult failed = Fixtures.run(2, RunResult.Status.FAILED, 0.5, "NaN");
    RunResult running = Fixtures.run(3, RunResult.Status.RUNNING, 0.5, "");
    assertThat(Results.of(List.of(complete)).status()).isEqualTo(RunResult.Status.COMPLETE);
    assertThat(Results.of(List.of(complete, failed)).status()).isEqualTo(RunResult.Status.FAILED);
    assertThat(Results.of(List.of(failed, running)).status()).isEqualTo(RunResult.Status.RUNNING);
    assertThat(Results.of(List.of(complete), Map.of(2L, "no data")).status())
        .isEqualTo(RunResult.Status.FAILED);
  }
}
