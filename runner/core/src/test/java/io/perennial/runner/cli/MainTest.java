package io.perennial.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
  @Test
  void helpNamesTheDemo() {
    assertThat(new CommandLine(new Main()).getUsageMessage()).contains("demo");
  }
}
