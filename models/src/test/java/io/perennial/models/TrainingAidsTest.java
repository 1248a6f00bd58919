package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Optimizer;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.RandomSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Weight decay, clipping and learning-rate schedules, against PyTorch's formulas. */
class TrainingAidsTest {
  private static final Optional<boolean[]> FREE = Optional.empty();

  private static Sgd sgd(double momentum, double decay, double clip) {
    return new Sgd(new Sgd.Settings(0.1, momentum, decay, clip, Schedule.CONSTANT, 0));
  }

  private static Adam adam(double decay, double clip, Schedule schedule, long steps) {
    return new Adam(new Adam.Settings(0.1, 0.9, 0.999, 1e-8, decay, clip, schedule, steps));
  }

  private static double[] after(Optimizer optimizer, int steps) {
    INDArray theta = Tensors.vector(2, -1);
    for (int i = 0; i < steps; i++) {
      optimizer.step(theta, Tensors.vector(3, 4), FREE);
    }
    return Tensors.values(theta);
  }

  @Test
  void decayOfGradientDescentIsPartOfTheGradient() {
    // 2 - 0.1 (3 + 0.5 * 2) = 1.6; 1.6 - 0.1 (3 + 0.8) = 1.22
    // -1 - 0.1 (4 - 0.5) = -1.35; -1.35 - 0.1 (4 - 0.675) = -1.6825
    assertThat(after(sgd(0, 0.5, 0), 2))
        .containsExactly(new double[] {1.22, -1.6825}, within(1e-14));
    // m = 4, θ = 1.6; m = 0.9 * 4 + 3.8 = 7.4, θ = 0.86
    // m = 3.5, θ = -1.35; m = 3.15 + 3.325 = 6.475, θ = -1.9975
    assertThat(after(sgd(0.9, 0.5, 0), 2))
        .containsExactly(new double[] {0.86, -1.9975}, within(1e-14));
  }

  @Test
  void decayOfAdamIsApartFromItsAverages() {
    double[] plain = after(adam(0, 0, Schedule.CONSTANT, 0), 1);
    // A first step of 0.1 against the sign, from a place 5 % nearer to 0.
    assertThat(plain).containsExactly(new double[] {1.9, -1.1}, within(1e-8));
    double[] first = after(adam(0.5, 0, Schedule.CONSTANT, 0), 1);
    assertThat(first)
        .containsExactly(new double[] {plain[0] - 0.1, plain[1] + 0.05}, within(1e-14));
    double[] second = after(adam(0.5, 0, Schedule.CONSTANT, 0), 2);
    assertThat(second)
        .containsExactly(new double[] {0.95 * first[0] - 0.1, 0.95 * first[1] - 0.1}, within(1e-8));
  }

  @Test
  void longGradientsAreShortened() {
    double factor = 2.5 / (5 + 1e-6);
    double[] expected = {2 - 0.1 * factor * 3, -1 - 0.1 * factor * 4};
    assertThat(after(sgd(0, 0, 2.5), 1)).containsExactly(expected, within(1e-14));
    assertThat(after(sgd(0.9, 0, 2.5), 1)).containsExactly(expected, within(1e-14));
    assertThat(after(sgd(0.9, 0, 6), 3)).containsExactly(after(sgd(0.9, 0, 0), 3));
    Adam clipped = adam(0, 2.5, Schedule.CONSTANT, 0);
    after(clipped, 1);
    assertThat(Tensors.values(clipped.save().tensor("firstMoment")))
        .containsExactly(new double[] {0.1 * factor * 3, 0.1 * factor * 4}, within(1e-14));
  }

  @Test
  void theNormIsOfAllBlocksAndOfFreeParametersOnly() {
    int size = 5001;
    INDArray gradient = Tensors.random(DataType.FLOAT, new RandomSource(2), size);
    double[] g = Tensors.values(gradient);
    boolean[] frozen = new boolean[size];
    double squares = 0;
    double free = 0;
    for (int i = 0; i < size; i++) {
      frozen[i] = i % 3 == 0;
      squares += g[i] * g[i];
      free += frozen[i] ? 0 : g[i] * g[i];
    }
    Clipping<?> clipping = new Clipping<>(FloatKernels.INSTANCE, 1.5);
    Memory memory = Memory.of(gradient);
    assertThat(clipping.factor(memory, null)).isCloseTo(1.5 / Math.sqrt(squares), within(1e-6));
    assertThat(clipping.factor(memory, frozen)).isCloseTo(1.5 / Math.sqrt(free), within(1e-6));
  }

  @Test
  void schedulesFallToZeroAndStayThere() {
    assertThat(Schedule.CONSTANT.rate(0.4, 7, 0)).isEqualTo(0.4);
    double[] linear = {0.4, 0.3, 0.2, 0.1, 0, 0};
    double half = Math.sqrt(0.5);
    double[] cosine = {0.4, 0.2 * (1 + half), 0.2, 0.2 * (1 - half), 0, 0};
    for (int t = 0; t < linear.length; t++) {
      assertThat(Schedule.LINEAR.rate(0.4, t, 4)).isCloseTo(linear[t], within(1e-15));
      assertThat(Schedule.COSINE.rate(0.4, t, 4)).isCloseTo(cosine[t], within(1e-15));
    }
    Sgd sgd = new Sgd(new Sgd.Settings(0.1, 0, 0, 0, Schedule.LINEAR, 4));
    // 0.1, 0.075, 0.05, 0.025, 0, 0
    assertThat(after(sgd, 6)).containsExactly(new double[] {1.25, -2}, within(1e-14));
    sgd.reset();
    assertThat(after(sgd, 1)).containsExactly(new double[] {1.7, -1.4}, within(1e-14));
  }

  @Test
  void theImplicitStepUsesTheCurrentRate() {
    List<QuadraticPenalty> penalty =
        List.of(new QuadraticPenalty(1, Tensors.vector(1), Tensors.vector(0)));
    for (double momentum : new double[] {0, 0.5}) {
      Sgd sgd = new Sgd(new Sgd.Settings(0.1, momentum, 0, 0, Schedule.LINEAR, 4));
      INDArray theta = Tensors.vector(1);
      sgd.step(theta, Tensors.vector(0), FREE);
      sgd.step(theta, Tensors.vector(0), FREE);
      sgd.implicitStep(theta, penalty);
      double eta = 0.075 / (1 - momentum);
      assertThat(theta.getDouble(0)).isCloseTo(1 / (1 + 2 * eta), within(1e-14));
    }
    Adam adam = adam(0, 0, Schedule.COSINE, 2);
    INDArray theta = Tensors.vector(1);
    adam.step(theta, Tensors.vector(3), FREE);
    adam.step(theta, Tensors.vector(3), FREE);
    double before = theta.getDouble(0);
    adam.implicitStep(theta, penalty);
    assertThat(theta.getDouble(0)).isCloseTo(before / (1 + 2 * 0.05 / 3), within(1e-9));
    adam.step(theta, Tensors.vector(3), FREE);
    before = theta.getDouble(0);
    adam.implicitStep(theta, penalty);
    assertThat(theta.getDouble(0)).isEqualTo(before);
  }

  static Stream<Supplier<Optimizer>> all() {
    Schedule s = Schedule.COSINE;
    return Stream.of(
        () -> new Sgd(new Sgd.Settings(0.1, 0, 0.2, 3, s, 9)),
        () -> new Sgd(new Sgd.Settings(0.1, 0.9, 0.2, 3, s, 9)),
        () -> adam(0.2, 3, s, 9));
  }

  @ParameterizedTest
  @MethodSource("all")
  void frozenParametersDoNotDecay(Supplier<Optimizer> optimizers) {
    INDArray theta = Tensors.vector(2, -1, 5);
    Optimizer optimizer = optimizers.get();
    for (int i = 0; i < 3; i++) {
      optimizer.step(
          theta, Tensors.vector(3, 4, 1), Optional.of(new boolean[] {false, true, false}));
    }
    assertThat(theta.getDouble(1)).isEqualTo(-1);
    assertThat(theta.getDouble(0)).isNotEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource("all")
  void restoredOptimizerContinuesToTheBit(Supplier<Optimizer> optimizers) {
    Optimizer optimizer = optimizers.get();
    Optimizer other = optimizers.get();
    after(optimizer, 4);
    other.restore(optimizer.save());
    assertThat(after(other, 2)).containsExactly(after(optimizer, 2));
  }

  @Test
  void scheduleAndLengthBelongTogether() {
    assertThatThrownBy(() -> adam(0, 0, Schedule.COSINE, 0))
        .hasMessage("schedule needs scheduleSteps, the steps until the learning rate is 0");
    assertThatThrownBy(() -> adam(0, 0, Schedule.CONSTANT, 5))
        .hasMessage("scheduleSteps is 5, but schedule is constant; choose linear or cosine");
  }
}
