package io.perennial.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeAheadTest {
  @Test
  void everyCommandItIsLoadedForExists() {
    assertThat(Main.commandLine(new Main()).getSubcommands().keySet())
        .containsAll(NativeAhead.COMMANDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"run mine.yaml", "demo", "predict runs/mine images --threads 1"})
  void itIsLoadedForWhatLearnsOrAnswers(String arguments) {
    assertThat(NativeAhead.isWorthwhile(arguments.split(" "))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "list", "describe ewc", "run --help", "demo -h", "data run"})
  void itIsNotLoadedForWhatOnlyTells(String arguments) {
    assertThat(NativeAhead.isWorthwhile(arguments.split(" "))).isFalse();
  }

  @Test
  void nothingIsWaitedForWhereNothingIsLoaded() {
    NativeAhead.start().await();
  }
}
