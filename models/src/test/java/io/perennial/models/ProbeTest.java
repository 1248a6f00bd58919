package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Platform;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ProbeTest {
  @Test
  void nd4jMultiplies() {
    assertThat(Probe.product(8)).isEqualTo(512);
  }

  @Test
  void cblasIsReached() {
    assertThat(Probe.dot(new double[] {1, 2}, new double[] {3, 4})).isEqualTo(11);
    assertThat(Platform.ARCH).isNotEmpty();
  }

  @Property(tries = 5)
  void anySize(@ForAll @IntRange(min = 1, max = 20) int n) {
    assertThat(Probe.product(n)).isEqualTo((double) n * n * n);
  }
}
