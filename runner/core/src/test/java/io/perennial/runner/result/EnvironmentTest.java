package io.perennial.runner.result;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EnvironmentTest {
  @Test
  void hasTheKeysOfTheResults() {
    assertThat(new Environment("1.0.0-M2.1", "SkylakeX", "a cpu", 2).toMap())
        .containsOnlyKeys("perennial", "java", "os", "nd4j", "blas", "cpu", "threads")
        .containsEntry("threads", 2)
        .containsEntry("blas", "SkylakeX");
    assertThat(Environment.perennialVersion()).isNotBlank();
  }
}
