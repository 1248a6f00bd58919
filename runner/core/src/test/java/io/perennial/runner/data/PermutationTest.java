package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.RandomSource;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PermutationTest {
  @Property
  void elementIBecomesTheOldElementOrderI(
      @ForAll long seed,
      @ForAll @IntRange(max = 200) int length,
      @ForAll @IntRange(max = 5) int at) {
    int[] order = new RandomSource(seed).permutation(length);
    float[] values = new float[at + length + 1];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }

    new Permutation(order).apply(values, at);

    for (int i = 0; i < values.length; i++) {
      boolean inside = i >= at && i < at + length;
      assertThat(values[i]).isEqualTo(inside ? at + order[i - at] : i);
    }
  }
}
