package io.perennial.baselines;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class NaiveTest {
  @Test
  void isFound() {
    assertThat(ServiceLoader.load(Runnable.class)).hasAtLeastOneElementOfType(Naive.class);
  }
}
