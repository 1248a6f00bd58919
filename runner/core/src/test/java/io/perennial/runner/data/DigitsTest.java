package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.DataSet;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DigitsTest {
  private final DataSet digits = new Digits().load();

  @Test
  void everyFifthRowIsATestExample() {
    assertThat(digits.training().size()).isEqualTo(1438);
    assertThat(digits.test().size()).isEqualTo(359);
    assertThat(digits.shape()).containsExactly(1, 8, 8);
    assertThat(digits.classes()).startsWith("0").endsWith("9").hasSize(10);
    // The file starts with the digits 0 to 9 in order.
    assertThat(Fixtures.labels(digits.training()).subList(0, 8))
        .containsExactly(0, 1, 2, 3, 5, 6, 7, 8);
    assertThat(Fixtures.labels(digits.test()).subList(0, 2)).containsExactly(4, 9);
  }

  @Test
  void pixelsAreScaledBySixteen() {
    float[] first = Fixtures.read(digits.training(), 0, 64);
    assertThat(first)
        .startsWith(0f, 0f, 5 / 16f, 13 / 16f, 9 / 16f, 1 / 16f, 0f, 0f, 0f, 0f, 13 / 16f);
    double sum =
        IntStream.range(0, digits.training().size())
            .mapToObj(i -> Fixtures.read(digits.training(), i, 64))
            .flatMapToDouble(pixels -> IntStream.range(0, 64).mapToDouble(k -> pixels[k]))
            .peek(value -> assertThat(value).isBetween(0.0, 1.0))
            .sum();
    assertThat(sum / digits.training().size() / 64).isBetween(0.25, 0.35);
  }

  @Test
  void readsAtAnOffset() {
    float[] row = new float[70];
    digits.test().read(3, row, 6);
    assertThat(row).startsWith(0f, 0f, 0f, 0f, 0f, 0f);
    assertThat(Arrays.copyOfRange(row, 6, 70)).isEqualTo(Fixtures.read(digits.test(), 3, 64));
  }
}
