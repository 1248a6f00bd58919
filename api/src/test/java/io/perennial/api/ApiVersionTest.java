package io.perennial.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ApiVersionTest {
  @Test
  void startsAtOne() {
    assertThat(ApiVersion.CURRENT).isEqualTo(1);
  }
}
