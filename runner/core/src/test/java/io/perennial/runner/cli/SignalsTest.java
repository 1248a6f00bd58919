package io.perennial.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignalsTest {
  private final StringWriter err = new StringWriter();
  private final List<String> done = new ArrayList<>();

  private Signals signals() {
    return new Signals(
        () -> done.add("stop"), new PrintWriter(err, true), code -> done.add("halt " + code));
  }

  @Test
  void theFirstStopsTheRunAndTheSecondEndsAtOnce() {
    try (Signals signals = signals()) {
      assertThat(signals.exitCode()).isEmpty();
      signals.on("INT");
      assertThat(done).containsExactly("stop");
      assertThat(signals.exitCode()).hasValue(130);
      assertThat(err.toString()).contains("saving the run; interrupt again to end at once");
      signals.on("TERM");
      assertThat(done).containsExactly("stop", "halt 143");
      assertThat(signals.exitCode()).hasValue(130);
    }
  }

  @Test
  void terminationHasItsOwnCode() {
    try (Signals signals = signals()) {
      signals.on("TERM");
      assertThat(signals.exitCode()).hasValue(143);
    }
  }
}
