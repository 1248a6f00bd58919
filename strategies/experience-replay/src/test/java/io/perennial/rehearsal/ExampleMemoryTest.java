package io.perennial.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.RandomSource;
import io.perennial.rehearsal.ExperienceReplay.Selection;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExampleMemoryTest {
  /**
   * Example i has the features i and -i; of class 0 but for the last tenth, which is of class 1.
   */
  private static ExampleMemory filled(Selection selection, int stream, RandomSource random) {
    ExampleMemory memory = new ExampleMemory(selection, 20);
    for (int i = 0; i < stream; i++) {
      memory.offer(new float[] {9, i, -i}, 1, 2, i >= stream * 9 / 10 ? 1 : 0, i % 3, random);
    }
    return memory;
  }

  private static int[] contents(ExampleMemory memory) {
    int[] numbers = new int[memory.size()];
    float[] row = new float[3];
    for (int n = 0; n < numbers.length; n++) {
      memory.read(n, row, 1);
      numbers[n] = (int) row[1];
      assertThat(row[2]).isEqualTo(-row[1]);
      assertThat(memory.task(n)).isEqualTo(numbers[n] % 3);
    }
    return numbers;
  }

  @ParameterizedTest
  @EnumSource(Selection.class)
  void keepsEverythingThatFits(Selection selection) {
    int[] kept = contents(filled(selection, 20, new RandomSource(1)));
    Arrays.sort(kept);
    assertThat(kept).containsExactly(java.util.stream.IntStream.range(0, 20).toArray());
  }

  /** Each of the 200 is kept with probability 1/10, wherever it comes in the stream. */
  @Test
  void aReservoirIsAUniformSample() {
    int[] times = new int[200];
    int rounds = 4000;
    RandomSource random = new RandomSource(2);
    for (int round = 0; round < rounds; round++) {
      for (int number : contents(filled(Selection.RESERVOIR, 200, random))) {
        times[number]++;
      }
    }
    // Standard deviation 19 a count; five of them.
    for (int count : times) {
      assertThat((double) count).isCloseTo(rounds / 10.0, within(95.0));
    }
  }

  /**
   * 180 of one class and then 20 of another share 20 places, and each class is sampled uniformly.
   */
  @Test
  void classesAreBalancedAndUniformWithin() {
    int[] times = new int[200];
    int rounds = 2000;
    RandomSource random = new RandomSource(3);
    for (int round = 0; round < rounds; round++) {
      ExampleMemory memory = filled(Selection.CLASS_BALANCED, 200, random);
      int rare = 0;
      for (int n = 0; n < memory.size(); n++) {
        rare += memory.label(n);
      }
      assertThat(rare).isEqualTo(10);
      for (int number : contents(memory)) {
        times[number]++;
      }
    }
    double frequent = Arrays.stream(times, 0, 90).average().orElseThrow();
    double later = Arrays.stream(times, 90, 180).average().orElseThrow();
    assertThat(frequent).isCloseTo(rounds * 10 / 180.0, within(5.0));
    assertThat(later).isCloseTo(rounds * 10 / 180.0, within(5.0));
    double early = Arrays.stream(times, 180, 190).average().orElseThrow();
    assertThat(early).isCloseTo(rounds / 2.0, within(45.0));
  }

  @ParameterizedTest
  @EnumSource(Selection.class)
  void goesOnAsItWasSaved(Selection selection) {
    RandomSource random = new RandomSource(4);
    ExampleMemory memory = filled(selection, 100, random);
    ExampleMemory other = new ExampleMemory(selection, 20);
    other.restore(memory.save());
    RandomSource same = new RandomSource(0);
    same.restore(random.save());
    for (int i = 100; i < 300; i++) {
      memory.offer(new float[] {i, -i}, 0, 2, i % 4, i % 3, random);
      other.offer(new float[] {i, -i}, 0, 2, i % 4, i % 3, same);
    }
    assertThat(contents(other)).containsExactly(contents(memory));
  }
}
