package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.DataSet;
import io.perennial.api.Examples;
import io.perennial.api.InputException;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HandedArraysTest {
  private final HandedData handed = new HandedData();
  private final Examples two =
      ArrayExamples.copyOf(new float[][] {{1, 2, 3}, {4, 5, 6}}, new int[] {0, 1});

  @Test
  void whatWasHandedOverIsLoaded() {
    DataSet data = new DataSet("mine", new long[] {3}, List.of("no", "yes"), two, two);
    handed.put("mine", data);
    assertThat(load("mine")).isSameAs(data);
    assertThat(Fixtures.read(two, 1, 3)).containsExactly(4, 5, 6);
    assertThat(Fixtures.labels(two)).containsExactly(0, 1);
    assertThatThrownBy(() -> load("yours"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no data was handed over as 'yours' (there is: mine)");
  }

  @Test
  void arraysMayChangeAfterwards() {
    float[][] features = {{1}};
    Examples copy = ArrayExamples.copyOf(features, new int[] {0});
    features[0][0] = 2;
    assertThat(Fixtures.read(copy, 0, 1)).containsExactly(1);
  }

  @Test
  void iteratorsMayUseTheirArrayAgain() {
    float[] shared = new float[2];
    Iterator<ArrayExamples.Example> counting =
        IntStream.range(0, 1000)
            .mapToObj(
                i -> {
                  shared[0] = i;
                  shared[1] = -i;
                  return new ArrayExamples.Example(shared, i % 7);
                })
            .iterator();
    Examples examples = ArrayExamples.copyOf(counting);
    assertThat(examples.size()).isEqualTo(1000);
    for (int i = 0; i < 1000; i++) {
      assertThat(Fixtures.read(examples, i, 2)).containsExactly(i, -i);
      assertThat(examples.label(i)).isEqualTo(i % 7);
    }
  }

  @Test
  void whatCannotBeUsed() {
    assertThatThrownBy(() -> ArrayExamples.copyOf(new float[][] {{1}}, new int[] {0, 1}))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("1 examples, but 2 labels");
    assertThatThrownBy(() -> ArrayExamples.copyOf(new float[0][], new int[0]))
        .hasMessageContaining("No examples");
    assertThatThrownBy(
            () ->
                ArrayExamples.copyOf(
                    new float[][] {{1, Float.NaN}, {1}, {Float.NEGATIVE_INFINITY, 2}}, new int[3]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Example 0, value 1: NaN is no finite number")
        .hasMessageContaining("Example 1: 1 values, but the first has 2")
        .hasMessageContaining("Example 2, value 0: -Infinity");
    DataSet wrong = new DataSet("mine", new long[] {1, 2, 2}, List.of("only"), two, two);
    assertThatThrownBy(() -> handed.put("mine", wrong))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("mine, training: examples of 3 values, but the shape has 4")
        .hasMessageContaining("mine, test, example 1: label 1, but there are 1 classes, 0 to 0");
    assertThatThrownBy(() -> load("mine")).hasMessageContaining("(there is: none)");
  }

  private DataSet load(String name) {
    return new HandedArrays(new HandedArrays.Settings(name), handed).load();
  }
}
