package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.PerExampleGradients.Power;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The one-pass sums equal a loop over single examples and directions. */
class PerExampleTest {
  private static final int INPUTS = 4;

  private final Workers workers = new Workers(2);

  @Property(tries = 40)
  void equalsTheLoop(
      @ForAll @Size(max = 3) List<@IntRange(min = 1, max = 6) Integer> hidden,
      @ForAll Activation activation,
      @ForAll Power power,
      @ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 1, max = 4) int count,
      @ForAll int seed) {
    check(hidden, activation, power, rows, count, new RandomSource(seed));
  }

  @Property(tries = 2)
  void equalsTheLoopWhereRowsAreSharded(@ForAll Power power, @ForAll int seed) {
    assertThat(Sharding.of(150, 5 * 120 + 121 * 120 + 121 * 3).count()).isEqualTo(2);
    check(List.of(120, 120), Activation.RELU, power, 150, 2, new RandomSource(seed));
  }

  private void check(
      List<Integer> hidden,
      Activation activation,
      Power power,
      int rows,
      int count,
      RandomSource random) {
    int classes = 3;
    try (Mlp model =
        new Mlp(
            new long[] {INPUTS}, hidden, classes, activation, DataType.DOUBLE, random, workers)) {
      INDArray features = Tensors.random(DataType.DOUBLE, random, rows, INPUTS);
      List<INDArray> directions = new ArrayList<>();
      for (int k = 0; k < count; k++) {
        directions.add(Tensors.random(DataType.DOUBLE, random, rows, classes));
      }
      int size = (int) model.parameters().length();
      double[] before = random.doubles(size).toArray();
      INDArray sum = Tensors.vector(before);
      model.forward(features, new int[rows], false);
      model.accumulate(directions, power, sum);

      double[] x = Tensors.values(features);
      double[] expected = before.clone();
      INDArray gradient = Vectors.create(DataType.DOUBLE, size);
      for (int n = 0; n < rows; n++) {
        double[] row = Arrays.copyOfRange(x, n * INPUTS, (n + 1) * INPUTS);
        model.forward(Tensors.of(DataType.DOUBLE, row, 1, INPUTS), new int[1], false);
        for (INDArray direction : directions) {
          double[] d = Tensors.values(direction);
          double[] own = Arrays.copyOfRange(d, n * classes, (n + 1) * classes);
          model.backward(Tensors.of(DataType.DOUBLE, own, 1, classes), gradient);
          double[] g = Tensors.values(gradient);
          for (int i = 0; i < size; i++) {
            expected[i] += power == Power.SQUARE ? g[i] * g[i] : Math.abs(g[i]);
          }
        }
      }
      double[] actual = Tensors.values(sum);
      for (int i = 0; i < size; i++) {
        assertThat(Math.abs(actual[i] - expected[i])).isLessThanOrEqualTo(1e-10 * expected[i]);
      }
    }
  }
}
