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

  @Property(tries = 100)
  void bytesRearrangeWhileTheyAreRead(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 50) int length) {
    byte[] values = new byte[3 * length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) i;
    }
    ByteExamples bytes = ByteExamples.of(values, new byte[3], length, 255);
    int[] once = new RandomSource(seed).permutation(length);
    int[] twice = new RandomSource(seed + 1).permutation(length);

    float[] expected = Fixtures.read(bytes, 2, length);
    new Permutation(once).apply(expected, 0);
    new Permutation(twice).apply(expected, 0);

    assertThat(Fixtures.read(bytes.permuted(once).permuted(twice), 2, length)).isEqualTo(expected);
  }
}
