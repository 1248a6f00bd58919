package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.DataSet;
import io.perennial.api.Examples;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PermutedTest {
  private static final int FEATURES = 50;

  @Property(tries = 100)
  void everyTaskRearrangesTheSameExamplesInOneWay(
      @ForAll @IntRange(min = 1, max = 5) int tasks, @ForAll Setting setting, @ForAll long seed) {
    DataSet data = Fixtures.counting(3, 30, 9, FEATURES);
    List<Task> stream = Fixtures.permuted(data, tasks, setting, 0.25, seed).tasks();

    assertThat(stream).hasSize(tasks);
    for (Task task : stream) {
      int[] order = order(task.training());
      assertThat(order).containsExactlyInAnyOrder(IntStream.range(0, FEATURES).toArray());
      assertThat(order(task.test())).isEqualTo(order);
      assertThat(order(task.validation())).isEqualTo(order);
      assertThat(Fixtures.identities(task.validation(), FEATURES))
          .isEqualTo(Fixtures.identities(stream.get(0).validation(), FEATURES))
          .doesNotContainAnyElementsOf(Fixtures.identities(task.training(), FEATURES));
      int shift = setting == Setting.DOMAIN_INCREMENTAL ? 0 : 3 * task.index();
      assertThat(task.classes()).containsExactly(shift, shift + 1, shift + 2);
      assertThat(Fixtures.labels(task.test()).get(1)).isEqualTo(31 % 3 + shift);
    }
    assertThat(order(stream.get(0).training())).isSorted();
    assertThat(stream)
        .extracting(task -> List.of(box(order(task.training()))))
        .doesNotHaveDuplicates();
  }

  @Property(tries = 50)
  void thePermutationIsAFunctionOfTheSeedAndTheTaskOnly(@ForAll long seed) {
    DataSet data = Fixtures.counting(3, 30, 9, FEATURES);
    int[] third = third(data, 3, 0, seed);
    assertThat(third(data, 5, 0.5, seed)).isEqualTo(third);
    assertThat(third(data, 3, 0, seed + 1)).isNotEqualTo(third);
  }

  @Test
  void isNamedAndKeepsTheShape() {
    DataSet data = Fixtures.counting(3, 30, 9, FEATURES);
    Task second = Fixtures.permuted(data, 2, Setting.DOMAIN_INCREMENTAL, 0, 1).tasks().get(1);
    assertThat(second.name()).isEqualTo("permutation 2");
    assertThat(second.shape()).containsExactly(1, 1, FEATURES);
    assertThat(second.validation().size()).isZero();
  }

  @Test
  void manyThreadsReadTheSame() throws Exception {
    DataSet data = Fixtures.counting(3, 300, 9, FEATURES);
    Examples examples =
        Fixtures.permuted(data, 2, Setting.DOMAIN_INCREMENTAL, 0, 1).tasks().get(1).training();
    List<float[]> expected =
        IntStream.range(0, 300).mapToObj(i -> Fixtures.read(examples, i, FEATURES)).toList();
    Callable<Boolean> reading =
        () ->
            IntStream.range(0, 300_000)
                .allMatch(
                    i ->
                        Arrays.equals(
                            Fixtures.read(examples, i % 300, FEATURES), expected.get(i % 300)));
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (Future<Boolean> result :
          threads.invokeAll(List.of(reading, reading, reading, reading))) {
        assertThat(result.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static int[] third(DataSet data, int tasks, double validation, long seed) {
    return order(
        Fixtures.permuted(data, tasks, Setting.DOMAIN_INCREMENTAL, validation, seed)
            .tasks()
            .get(2)
            .training());
  }

  /** The permutation, from the thousandths of the first example's features. */
  private static int[] order(Examples examples) {
    float[] values = Fixtures.read(examples, 0, FEATURES);
    int[] order = new int[FEATURES];
    for (int i = 0; i < FEATURES; i++) {
      order[i] = Math.round((values[i] - (float) Math.floor(values[i] + 1e-4)) * 1000);
    }
    return order;
  }

  private static Integer[] box(int[] values) {
    return IntStream.of(values).boxed().toArray(Integer[]::new);
  }
}
