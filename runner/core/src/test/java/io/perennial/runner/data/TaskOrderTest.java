package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.RandomSource;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TaskOrderTest {
  private final List<Task> tasks =
      Fixtures.permuted(Fixtures.counting(2, 4, 2, 3), 20, Setting.DOMAIN_INCREMENTAL, 0, 1)
          .tasks();

  @Property(tries = 50)
  void randomIsAPermutationAndAFunctionOfTheSeed(@ForAll long seed) {
    RandomOrder order = new RandomOrder(new RandomSource(seed));
    int[] once = order.order(tasks);
    assertThat(once).containsExactlyInAnyOrder(new GivenOrder().order(tasks));
    assertThat(order.order(tasks)).isEqualTo(once);
    assertThat(new RandomOrder(new RandomSource(seed + 1)).order(tasks)).isNotEqualTo(once);
  }

  @Test
  void givenKeepsTheOrder() {
    assertThat(new GivenOrder().order(tasks)).isSorted().hasSize(20).startsWith(0).endsWith(19);
  }
}
