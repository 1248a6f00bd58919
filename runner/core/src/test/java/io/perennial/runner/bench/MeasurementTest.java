package io.perennial.runner.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.InputException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MeasurementTest {
  private static Measurement of(Double... values) {
    return Measurement.of("a step", "ms", List.of(values));
  }

  @Test
  void medianIsInTheMiddle() {
    assertThat(of(9.0, 1.0, 2.0).median()).isEqualTo(2);
    assertThat(of(9.0, 1.0, 2.0, 4.0).median()).isEqualTo(3);
    assertThat(of(9.0, 1.0, 2.0).least()).isEqualTo(1);
    assertThat(of(9.0, 1.0, 2.0).most()).isEqualTo(9);
    assertThat(of().median()).isNaN();
  }

  @Test
  void quotientsAreTakenWithinARound() {
    assertThat(StepSections.quotients(List.of(1.0, 9.0), List.of(2.0, 3.0)))
        .containsExactly(0.5, 3.0);
  }

  @Test
  void jsonHasNullAndTheReasonForWhatIsMissing() {
    Measurement missing =
        Measurement.missing("naive", "s", new InputException(List.of("No data.", "Give some.")));
    Report report =
        new Report(
            Map.of("blas", "Haswell"),
            "generated",
            List.of(new Section("job", List.of(of(2.0), missing))),
            List.of("slow"));
    JsonNode entries = new JsonMapper().valueToTree(report.toMap()).get("measurements");
    assertThat(entries.get(0).get("section").stringValue()).isEqualTo("job");
    assertThat(entries.get(0).get("median").doubleValue()).isEqualTo(2);
    assertThat(entries.get(0).has("reason")).isFalse();
    assertThat(entries.get(1).get("median").isNull()).isTrue();
    assertThat(entries.get(1).get("values").isEmpty()).isTrue();
    assertThat(entries.get(1).get("reason").stringValue()).isEqualTo("No data. Give some.");
  }
}
