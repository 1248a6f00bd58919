package io.perennial.runner.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Examples;
import io.perennial.api.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
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
                0, name, new long[] {1}, classes, training, training.select(new int[0]), test)),
        List.of("no", "yes", "perhaps"));
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

  /** One value is another one, far from those that are shown as a task shows them. */
  private static Examples changed(Examples all, int at) {
    return new Examples() {
      @Override
      public int size() {
        return all.size();
      }

      @Override
      public int label(int index) {
        return all.label(index);
      }

      @Override
      public void read(int index, float[] destination, int offset) {
        all.read(index, destination, offset);
        destination[offset] += index == at ? 0.25f : 0;
      }
    };
  }

  private static Task task(String name, Examples training, Examples test) {
    Examples none = training.select(new int[0]);
    return new Task(0, name, new long[] {1}, new int[] {0, 1}, training, none, test);
  }

  @Test
  void everyExampleCountsOfEachPartAndTask() {
    Computed training = new Computed(9_000, i -> i % 2, 0);
    Computed test = new Computed(2_000, i -> i % 2, 0.5f);
    List<String> names = List.of("no", "yes");
    List<String> whole =
        Fingerprint.prefixes(List.of(task("a", training, test), task("b", training, test)), names);
    for (int at : new int[] {4_567, 8_998}) {
      assertThat(Fingerprint.of(List.of(task("a", changed(training, at), test)), names))
          .isNotEqualTo(whole.get(0));
    }
    assertThat(Fingerprint.of(List.of(task("a", training, changed(test, 1_001))), names))
        .isNotEqualTo(whole.get(0));
    List<String> laterChanged =
        Fingerprint.prefixes(
            List.of(task("a", training, test), task("b", changed(training, 4_567), test)), names);
    assertThat(laterChanged.get(0)).isEqualTo(whole.get(0));
    assertThat(laterChanged.get(1)).isNotEqualTo(whole.get(1));
    assertThat(Fingerprint.of(List.of(task("a", training, test)), List.of("no", "perhaps")))
        .isNotEqualTo(whole.get(0));
  }

  @Test
  void whatManyTasksShowIsReadOnce() {
    AtomicInteger reads = new AtomicInteger();
    Examples source =
        new Examples() {
          @Override
          public int size() {
            return 5_000;
          }

          @Override
          public int label(int index) {
            return index % 2;
          }

          @Override
          public void read(int index, float[] destination, int offset) {
            destination[offset] = index;
            reads.incrementAndGet();
          }
        };
    int[] all = IntStream.range(0, source.size()).toArray();
    List<Task> tasks =
        IntStream.range(0, 10)
            .mapToObj(t -> task("task " + t, source.select(all), source.select(all)))
            .toList();
    Fingerprint.of(tasks, List.of("no", "yes"));
    // 64 of each part are looked at as the task shows them.
    assertThat(reads).hasValue(5_000 + 20 * 64);
  }

  @Test
  void aPartMayBeEmpty() {
    Computed none = new Computed(0, i -> 0, 0);
    assertThat(of("a", none, none, 0)).isNotEqualTo(of("a", none, none, 1));
  }
}
