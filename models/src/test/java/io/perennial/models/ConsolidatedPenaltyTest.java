package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.ParameterMap;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class ConsolidatedPenaltyTest {
  private static final double LAMBDA = 2.5;

  @Property(tries = 30)
  void valueAndGradientAreThoseOfTheSeparatePenalties(
      @ForAll @IntRange(min = 1, max = 12) int tasks,
      @ForAll @IntRange(min = 1, max = 5000) int size,
      @ForAll boolean wide,
      @ForAll int seed) {
    DataType type = wide ? DataType.DOUBLE : DataType.FLOAT;
    RandomSource random = new RandomSource(seed);
    ConsolidatedPenalty penalty = new ConsolidatedPenalty();
    INDArray theta = Tensors.random(type, random, size);
    double[] t = Tensors.values(theta);
    double value = 0;
    double[] expected = new double[size];
    for (int task = 0; task < tasks; task++) {
      double[] f = random.doubles(size).map(v -> v < 0.3 ? 0 : v * v).toArray();
      INDArray importance = Tensors.of(type, f, size);
      INDArray anchor = Tensors.random(type, random, size);
      penalty.merge(importance, anchor);
      f = Tensors.values(importance);
      double[] a = Tensors.values(anchor);
      for (int i = 0; i < size; i++) {
        value += f[i] * (t[i] - a[i]) * (t[i] - a[i]);
        expected[i] += 2 * LAMBDA * f[i] * (t[i] - a[i]);
      }
    }
    double tolerance = wide ? 1e-10 : 1e-5;
    INDArray gradient = Vectors.create(type, size);
    assertThat(penalty.addGradient(LAMBDA, theta, gradient))
        .isCloseTo(LAMBDA * value, within(tolerance * LAMBDA * value));
    assertThat(penalty.value(theta)).isCloseTo(value, within(tolerance * value));
    double[] actual = Tensors.values(gradient);
    for (int i = 0; i < size; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(tolerance * 4 * LAMBDA * tasks));
    }
  }

  @Example
  void aParameterWithoutImportanceHasTheNewestAnchor() {
    ConsolidatedPenalty penalty = new ConsolidatedPenalty();
    penalty.merge(Tensors.vector(0, 1), Tensors.vector(3, 3));
    penalty.merge(Tensors.vector(0, 0), Tensors.vector(4, 4));
    QuadraticPenalty quadratic = penalty.quadratic(7);
    assertThat(quadratic.lambda()).isEqualTo(7);
    assertThat(Tensors.values(quadratic.importance())).containsExactly(0, 1);
    assertThat(Tensors.values(quadratic.anchor())).containsExactly(4, 3);
  }

  @Example
  void onlineDecaysAndMovesTheAnchor() {
    ConsolidatedPenalty penalty = new ConsolidatedPenalty();
    penalty.replace(0.5, Tensors.vector(4, 0), Tensors.vector(1, 1));
    penalty.replace(0.5, Tensors.vector(1, 2), Tensors.vector(2, 3));
    QuadraticPenalty quadratic = penalty.quadratic(1);
    assertThat(Tensors.values(quadratic.importance())).containsExactly(3, 2);
    assertThat(Tensors.values(quadratic.anchor())).containsExactly(2, 3);
    assertThat(penalty.value(Tensors.vector(2, 3))).isZero();
  }

  @Example
  void emptyCostsNothing() {
    ConsolidatedPenalty penalty = new ConsolidatedPenalty();
    assertThat(penalty.isEmpty()).isTrue();
    INDArray gradient = Tensors.vector(1);
    assertThat(penalty.addGradient(3, Tensors.vector(5), gradient)).isZero();
    assertThat(penalty.value(Tensors.vector(5))).isZero();
    assertThat(Tensors.values(gradient)).containsExactly(1);
    assertThatThrownBy(() -> penalty.quadratic(1)).isInstanceOf(IllegalStateException.class);
  }

  @Example
  void restoredPenaltyIsTheSame() {
    ConsolidatedPenalty penalty = new ConsolidatedPenalty();
    penalty.merge(Tensors.vector(1, 2), Tensors.vector(3, 4));
    penalty.merge(Tensors.vector(2, 1), Tensors.vector(0, 1));
    ConsolidatedPenalty other = new ConsolidatedPenalty();
    other.restore(penalty.save());
    INDArray theta = Tensors.vector(0.5, 0.25);
    assertThat(other.value(theta)).isEqualTo(penalty.value(theta)).isPositive();
    other.restore(new ConsolidatedPenalty().save());
    assertThat(other.isEmpty()).isTrue();
  }

  @Example
  void growthWithoutScalingKeepsTheValue() {
    ConsolidatedPenalty penalty = new ConsolidatedPenalty();
    penalty.merge(Tensors.vector(1, 2), Tensors.vector(3, 4));
    penalty.merge(Tensors.vector(2, 1), Tensors.vector(0, 1));
    double before = penalty.value(Tensors.vector(0.5, 0.25));
    // Parameter 0 twice, halved in scale: θ' = θ/2 each.
    penalty.remap(new ParameterMap(2, new int[] {0, -1, 1, 0}, new double[] {.5, 1, 1, .5}));
    double after = penalty.value(Tensors.vector(0.25, 77, 0.25, 0.25));
    assertThat(after).isCloseTo(before, within(1e-12));
  }

  @Example
  void importancesMustBeNumbersFromZeroUp() {
    for (double wrong : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(
              () -> new ConsolidatedPenalty().merge(Tensors.vector(wrong), Tensors.vector(0)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("finite and at least 0");
    }
  }

  @Example
  void mergedArraysAreCopied() {
    ConsolidatedPenalty penalty = new ConsolidatedPenalty();
    List<INDArray> given = new ArrayList<>(List.of(Tensors.vector(1), Tensors.vector(2)));
    penalty.merge(given.get(0), given.get(1));
    given.forEach(Vectors::zero);
    assertThat(penalty.value(Tensors.vector(5))).isEqualTo(9);
  }
}
