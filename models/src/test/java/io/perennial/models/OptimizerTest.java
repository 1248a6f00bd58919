package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Optimizer;
import io.perennial.api.ParameterMap;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.RandomSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class OptimizerTest {
  private static final Optional<boolean[]> FREE = Optional.empty();

  private static Sgd sgd(double learningRate, double momentum) {
    return new Sgd(new Sgd.Settings(learningRate, momentum));
  }

  private static Adam adam(double learningRate) {
    return new Adam(new Adam.Settings(learningRate, 0.9, 0.999, 1e-8));
  }

  private enum Kind implements Supplier<Optimizer> {
    PLAIN {
      @Override
      Optimizer on(Workers workers) {
        return new Sgd(new Sgd.Settings(0.1, 0), workers);
      }
    },
    MOMENTUM {
      @Override
      Optimizer on(Workers workers) {
        return new Sgd(new Sgd.Settings(0.1, 0.9), workers);
      }
    },
    ADAM {
      @Override
      Optimizer on(Workers workers) {
        return new Adam(new Adam.Settings(0.01, 0.9, 0.999, 1e-8), workers);
      }
    };

    abstract Optimizer on(Workers workers);

    @Override
    public Optimizer get() {
      return on(new Workers(1));
    }
  }

  @ParameterizedTest
  @EnumSource
  void theNumberOfThreadsNeverShows(Kind kind) {
    String expected = afterSteps(kind, 1);
    assertThat(afterSteps(kind, 2)).isEqualTo(expected);
    assertThat(afterSteps(kind, 3)).isEqualTo(expected);
  }

  /** Enough parameters for several pieces and an odd end; free, frozen and implicit steps. */
  private static String afterSteps(Kind kind, int threads) {
    int size = 200_003;
    RandomSource random = new RandomSource(8);
    INDArray theta = Tensors.random(DataType.FLOAT, random, size);
    boolean[] frozen = new boolean[size];
    for (int i = 0; i < size; i++) {
      frozen[i] = random.nextInt(3) == 0;
    }
    INDArray importance = Tensors.random(DataType.FLOAT, random, size);
    Vectors.addSquare(importance, 1, importance); // Not negative, or nearly so.
    QuadraticPenalty penalty = new QuadraticPenalty(0.5, importance, Vectors.copyOf(theta));
    try (Workers workers = new Workers(threads)) {
      Optimizer optimizer = kind.on(workers);
      for (int step = 0; step < 4; step++) {
        INDArray gradient = Tensors.random(DataType.FLOAT, random, size);
        optimizer.step(theta, gradient, step == 2 ? Optional.of(frozen) : FREE);
        optimizer.implicitStep(theta, List.of(penalty));
      }
      return Vectors.sha256(theta)
          + optimizer.save().tensors().values().stream().map(Vectors::sha256).toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void frozenParametersKeepEveryBitAndTheirMoments(Kind kind) {
    Optimizer optimizer = kind.get();
    // More than one block, and an odd number.
    int size = 5001;
    RandomSource random = new RandomSource(5);
    INDArray theta = Tensors.random(DataType.FLOAT, random, size);
    INDArray twin = Vectors.copyOf(theta);
    boolean[] frozen = new boolean[size];
    for (int i = 0; i < size; i++) {
      frozen[i] = random.nextInt(2) == 0;
    }
    Optimizer free = kind.get();
    INDArray first = Tensors.random(DataType.FLOAT, random, size);
    optimizer.step(theta, first, FREE);
    free.step(twin, first, FREE);
    float[] before = Vectors.readFloats(theta);
    List<float[]> momentsBefore = moments(optimizer);
    for (int step = 0; step < 3; step++) {
      INDArray gradient = Tensors.random(DataType.FLOAT, random, size);
      optimizer.step(theta, gradient, Optional.of(frozen));
      free.step(twin, gradient, FREE);
    }
    assertMixture(Vectors.readFloats(theta), frozen, before, Vectors.readFloats(twin));
    List<float[]> moments = moments(optimizer);
    for (int k = 0; k < moments.size(); k++) {
      assertMixture(moments.get(k), frozen, momentsBefore.get(k), moments(free).get(k));
    }
  }

  private static List<float[]> moments(Optimizer optimizer) {
    return optimizer.save().tensors().values().stream().map(Vectors::readFloats).toList();
  }

  private static void assertMixture(
      float[] actual, boolean[] frozen, float[] ifFrozen, float[] ifFree) {
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).isEqualTo(frozen[i] ? ifFrozen[i] : ifFree[i]);
    }
  }

  @ParameterizedTest
  @EnumSource
  void restoredOptimizerContinuesToTheBit(Kind kind) {
    Optimizer optimizer = kind.get();
    RandomSource random = new RandomSource(6);
    INDArray theta = Tensors.random(DataType.FLOAT, random, 3000);
    Optimizer other = kind.get();
    optimizer.step(theta, Tensors.random(DataType.FLOAT, random, 3000), FREE);
    other.restore(optimizer.save());
    INDArray twin = Vectors.copyOf(theta);
    INDArray gradient = Tensors.random(DataType.FLOAT, random, 3000);
    optimizer.step(theta, gradient, FREE);
    other.step(twin, gradient, FREE);
    assertThat(Vectors.sha256(twin)).isEqualTo(Vectors.sha256(theta));
  }

  @Test
  void momentsFollowGrowth() {
    // Parameter 0 twice with scale 1/2, parameter 1 once, one new.
    ParameterMap map = new ParameterMap(2, new int[] {0, 0, 1, -1}, new double[] {.5, .5, 1, 1});
    Sgd sgd = sgd(0.1, 0.9);
    sgd.step(Tensors.vector(0, 0), Tensors.vector(6, 7), FREE);
    sgd.remap(map);
    assertThat(Tensors.values(sgd.save().tensor("momentum"))).containsExactly(6, 6, 7, 0);

    Adam adam = adam(0.1);
    adam.step(Tensors.vector(0, 0), Tensors.vector(6, 7), FREE);
    double[] v = Tensors.values(adam.save().tensor("secondMoment"));
    adam.remap(map);
    assertThat(adam.save().integer("steps")).isEqualTo(1);
    assertThat(Tensors.values(adam.save().tensor("secondMoment")))
        .containsExactly(v[0], v[0], v[1], 0);
    INDArray theta = Tensors.vector(0, 0, 0, 0);
    adam.step(theta, Tensors.vector(1, 1, 1, 1), FREE);
    assertThat(Vectors.isFinite(theta)).isTrue();
  }

  @Test
  void growthWithoutRemapIsRefused() {
    Adam adam = adam(0.1);
    adam.step(Tensors.vector(0, 0), Tensors.vector(1, 1), FREE);
    assertThatThrownBy(() -> adam.step(Tensors.vector(0), Tensors.vector(1), FREE))
        .hasMessage("The parameters must be 2 elements of type DOUBLE, not 1 of type DOUBLE");
  }

  @Test
  void resetForgets() {
    Sgd sgd = sgd(0.1, 0.9);
    INDArray theta = Tensors.vector(0);
    sgd.step(theta, Tensors.vector(5), FREE);
    sgd.reset();
    assertThat(sgd.save().isEmpty()).isTrue();
    Vectors.zero(theta);
    sgd.step(theta, Tensors.vector(1), FREE);
    assertThat(Tensors.values(theta)[0]).isCloseTo(-0.1, within(1e-15));
  }

  /** {@code L = ½ a (θ - 1)²} with λ (θ - 0)²: the minimum is a / (a + 2λ). */
  @ParameterizedTest
  @ValueSource(
      doubles = {0, 1e-3, 0.1, 1, 2, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12})
  void noLambdaDivergesAndTheMinimumIsTheTrueOne(double lambda) {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      for (double curvature : new double[] {0.5, 1}) {
        double minimum = curvature / (curvature + 2 * lambda);
        assertConverges(sgd(0.05, 0), type, lambda, curvature, minimum, 4000);
        assertConverges(sgd(0.05, 0.9), type, lambda, curvature, minimum, 4000);
        assertConverges(adam(0.001), type, lambda, curvature, minimum, 10_000);
      }
    }
  }

  private static void assertConverges(
      Optimizer optimizer,
      DataType type,
      double lambda,
      double curvature,
      double minimum,
      int steps) {
    INDArray theta = Tensors.of(type, new double[] {-1.5}, 1);
    INDArray gradient = Vectors.create(type, 1);
    INDArray anchor = Vectors.create(type, 1);
    INDArray importance = Tensors.of(type, new double[] {1}, 1);
    List<QuadraticPenalty> penalties = List.of(new QuadraticPenalty(lambda, importance, anchor));
    double[] value = {-1.5};
    for (int step = 0; step < steps; step++) {
      value[0] = curvature * (value[0] - 1);
      Vectors.write(value, gradient);
      optimizer.step(theta, gradient, FREE);
      optimizer.implicitStep(theta, penalties);
      Vectors.read(theta, value);
      assertThat(Math.abs(value[0])).isLessThan(5);
    }
    assertThat(value[0])
        .as("%s, %s, lambda %s", optimizer.getClass().getSimpleName(), type, lambda)
        .isCloseTo(minimum, within(1e-2));
  }

  @Test
  void theMinimumOfNumericsIsMet() {
    assertConverges(sgd(0.05, 0), DataType.DOUBLE, 2, 1, 0.2, 4000);
    assertConverges(sgd(0.05, 0.9), DataType.DOUBLE, 2, 1, 0.2, 4000);
    assertConverges(adam(0.001), DataType.DOUBLE, 2, 1, 0.2, 10_000);
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void aPenaltyOfNothingBesideAnotherOneShowsInNoBit(DataType type) {
    int size = 5001;
    RandomSource random = new RandomSource(8);
    INDArray theta = Tensors.random(type, random, size);
    INDArray importance = Vectors.create(type, size);
    Vectors.addSquare(importance, 1, Tensors.random(type, random, size));
    QuadraticPenalty some =
        new QuadraticPenalty(0.7, importance, Tensors.random(type, random, size));
    QuadraticPenalty none = new QuadraticPenalty(0.7, Vectors.create(type, size), some.anchor());
    INDArray alone = Vectors.copyOf(theta);
    INDArray both = Vectors.copyOf(theta);
    sgd(0.1, 0).implicitStep(alone, List.of(some));
    sgd(0.1, 0).implicitStep(both, List.of(some, none));
    assertThat(Vectors.sha256(alone))
        .isEqualTo(Vectors.sha256(both))
        .isNotEqualTo(Vectors.sha256(theta));
  }

  @Test
  void severalPenaltiesActAsTheirSum() {
    RandomSource random = new RandomSource(8);
    INDArray theta = Tensors.random(DataType.DOUBLE, random, 3000);
    double[] t = Tensors.values(theta);
    List<QuadraticPenalty> penalties =
        List.of(penalty(random, 3, 3000), penalty(random, 0.5, 3000));
    double eta = 0.1;
    sgd(eta, 0).implicitStep(theta, penalties);
    double[] actual = Tensors.values(theta);
    for (int i = 0; i < t.length; i++) {
      double above = t[i];
      double below = 1;
      for (QuadraticPenalty p : penalties) {
        double guard = 2 * eta * p.lambda() * p.importance().getDouble(i);
        above += guard * p.anchor().getDouble(i);
        below += guard;
      }
      assertThat(actual[i]).isCloseTo(above / below, within(1e-14));
    }
  }

  private static QuadraticPenalty penalty(RandomSource random, double lambda, int size) {
    double[] importance = random.doubles(size).toArray();
    return new QuadraticPenalty(
        lambda, Tensors.vector(importance), Tensors.random(DataType.DOUBLE, random, size));
  }

  @ParameterizedTest
  @EnumSource
  void unguardedAndAnchoredParametersKeepEveryBitInTheImplicitStep(Kind kind) {
    Optimizer optimizer = kind.get();
    INDArray theta = Tensors.vector(0.1, 0.7, 0.3);
    optimizer.step(theta, Tensors.vector(1, 1, 1), FREE);
    double[] before = Tensors.values(theta);
    INDArray importance = Tensors.vector(0, 1e3, 1);
    INDArray anchor = Tensors.vector(9, before[1], 9);
    optimizer.implicitStep(theta, List.of(new QuadraticPenalty(1e12, importance, anchor)));
    double[] after = Tensors.values(theta);
    assertThat(after[0]).isEqualTo(before[0]);
    assertThat(after[1]).isEqualTo(before[1]);
    assertThat(after[2]).isCloseTo(9, within(1e-4));
  }

  @Test
  void adamHasNoImplicitStepBeforeAStep() {
    assertThatThrownBy(() -> adam(0.1).implicitStep(Tensors.vector(0), List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Adam's implicit step comes after a step");
  }
}
