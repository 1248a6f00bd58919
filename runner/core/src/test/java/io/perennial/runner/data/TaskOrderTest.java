package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
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
    RandomOrder order = random(0, seed);
    int[] once = order.order(tasks);
    assertThat(once).containsExactlyInAnyOrder(given().order(tasks));
    assertThat(order.order(tasks)).isEqualTo(once);
    assertThat(random(0, seed + 1).order(tasks)).isNotEqualTo(once);
    assertThat(random(1, seed).order(tasks)).isNotEqualTo(once);
  }

  private static RandomOrder random(int draw, long seed) {
    return new RandomOrder(new RandomOrder.Settings(draw), new RandomSource(seed));
  }

  private static GivenOrder given(Integer... listed) {
    return new GivenOrder(new GivenOrder.Settings(List.of(listed)));
  }

  @Test
  void givenMayBeListed() {
    List<Task> three = tasks.subList(0, 3);
    assertThat(given(2, 0, 1).order(three)).containsExactly(2, 0, 1);
    assertThatThrownBy(() -> given(2, 0, 0).order(three))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "order.tasks: [2, 0, 0] does not name each of the 3 tasks once; expected the numbers 0"
                + " to 2 in any order.");
  }

  @Test
  void givenKeepsTheOrder() {
    assertThat(given().order(tasks)).isSorted().hasSize(20).startsWith(0).endsWith(19);
  }
}
