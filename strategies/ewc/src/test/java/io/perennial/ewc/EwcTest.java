package io.perennial.ewc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class EwcTest {
  @Test
  void isFound() {
    assertThat(ServiceLoader.load(Runnable.class)).hasAtLeastOneElementOfType(Ewc.class);
  }
}
