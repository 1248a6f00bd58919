package io.perennial.runner.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvaluationTest {
  private static List<Integer> measured(String text, int tasks) {
    Evaluation evaluation = Evaluation.parse(text);
    return IntStream.range(0, tasks)
        .filter(task -> evaluation.measures(task, tasks - 1))
        .boxed()
        .toList();
  }

  @Test
  void whenItMeasures() {
    assertThat(measured("all", 4)).containsExactly(0, 1, 2, 3);
    assertThat(measured("seen", 4)).containsExactly(0, 1, 2, 3);
    assertThat(measured("every 2", 5)).containsExactly(1, 3, 4);
    assertThat(measured("every 9", 3)).containsExactly(2);
    assertThat(measured("final", 3)).containsExactly(2);
  }

  @Test
  void onlySeenLooksBackOnly() {
    assertThat(Evaluation.parse("seen").seenOnly()).isTrue();
    assertThat(Evaluation.parse("all").seenOnly()).isFalse();
    assertThat(Evaluation.parse("seen").measuresUntrained()).isFalse();
  }

  @Test
  void printsWhatItParses() {
    for (String text : List.of("all", "seen", "every 12", "final")) {
      assertThat(Evaluation.parse(text).toString()).isEqualTo(text).matches(Evaluation.PATTERN);
    }
  }

  @Test
  void refusesTheRest() {
    for (String text : List.of("", "All", "every", "every 0", "every -1", "every two", "none")) {
      assertThatThrownBy(() -> Evaluation.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("must be all, seen, final or 'every N' with N from 1, not '" + text + "'");
    }
  }
}
