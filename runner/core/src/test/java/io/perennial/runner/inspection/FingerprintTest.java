package io.perennial.runner.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Examples;
import io.perennial.api.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

class FingerprintTest {
  private record Computed(int size, IntUnaryOperator labels, float shift) implements Examples {
    @Override
    public int label(int index) {
      return labels.applyAsInt(index);
    }

    @Override
    public void read(int index, float[] destination, int offset) {
      destination[offset] = index + shift;
    }
  }

  private static String of(String name, Computed training, Computed test, int... classes) {
    return Fingerprint.of(
        List.of(
            new Task(
                0, name, new long[] {1}, classes, training, training.select(new int[0]), test)));
  }

  @Test
  void everyDifferenceChangesItAndNothingElseDoes() {
    Computed training = new Computed(9_000, i -> i % 2, 0);
    Computed test = new Computed(10, i -> i % 2, 0.5f);
    List<String> all = new ArrayList<>();
    all.add(of("a", training, test, 0, 1));
    all.add(of("b", training, test, 0, 1));
    all.add(of("a", training, test, 0, 1, 2));
    all.add(of("a", new Computed(8_999, i -> i % 2, 0), test, 0, 1));
    all.add(of("a", new Computed(9_000, i -> i == 8_999 ? 0 : i % 2, 0), test, 0, 1));
    all.add(of("a", new Computed(9_000, i -> i == 4_097 ? 0 : i % 2, 0), test, 0, 1));
    all.add(of("a", training, new Computed(10, i -> i % 2, 0.75f), 0, 1));
    assertThat(all).doesNotHaveDuplicates().allMatch(text -> text.matches("[0-9a-f]{64}"));
    assertThat(of("a", new Computed(9_000, i -> i % 2, 0), test, 0, 1)).isEqualTo(all.get(0));
  }

  @Test
  void aPartMayBeEmpty() {
    Computed none = new Computed(0, i -> 0, 0);
    assertThat(of("a", none, none, 0)).isNotEqualTo(of("a", none, none, 1));
  }
}
