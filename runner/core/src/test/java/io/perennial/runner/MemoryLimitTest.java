package io.perennial.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.models.NativeSetup;
import io.perennial.models.Vectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class MemoryLimitTest {
  private static final int MILLION = 1_000_000;

  @BeforeEach
  void start() {
    NativeSetup.ensure();
  }

  @AfterEach
  void lift() {
    new MemoryLimit(0).enforce();
  }

  @Test
  void arraysHaveWhatTheHeapMayNotTake() {
    long heap = Runtime.getRuntime().maxMemory();
    assertThat(new MemoryLimit(3 * heap).arrays()).isEqualTo(2 * heap);
    // A heap that may take everything: half is the best that can be done.
    assertThat(new MemoryLimit(heap).arrays()).isEqualTo(heap - heap / 2);
  }

  @Test
  void anArrayBeyondTheLimitIsNotMade() {
    long now = MemoryLimit.arraysNow();
    new MemoryLimit(2 * (now + 20 * MILLION)).enforce();
    try (INDArray fits = Vectors.create(DataType.FLOAT, 4 * MILLION)) {
      assertThat(fits.length()).isEqualTo(4 * MILLION);
      assertThatThrownBy(() -> Vectors.create(DataType.FLOAT, 4 * MILLION))
          .hasMessageContaining("exceeds HOST device limits");
    }
    new MemoryLimit(0).enforce();
    try (INDArray large = Vectors.create(DataType.FLOAT, 8 * MILLION)) {
      assertThat(large.length()).isEqualTo(8 * MILLION);
    }
  }
}
