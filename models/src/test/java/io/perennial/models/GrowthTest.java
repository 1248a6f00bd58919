package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.ParameterMap;
import io.perennial.api.ParameterMap.Quantity;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Growth keeps the function, and with it everything that is kept for each parameter. */
class GrowthTest {
  private static final int ROWS = 5;
  private static final Workers WORKERS = new Workers(1);

  @AfterContainer
  static void stop() {
    WORKERS.close();
  }

  private static Mlp model(Activation activation, DataType type, RandomSource random, int... hid) {
    List<Integer> hidden = new ArrayList<>();
    for (int width : hid) {
      hidden.add(width);
    }
    Mlp model = new Mlp(new long[] {4}, hidden, 3, activation, type, random, WORKERS);
    // Biases start at 0, which would hide mistakes with them.
    double[] values = random.doubles(model.parameterCount(), -0.7, 0.7).toArray();
    Vectors.write(values, model.parameters());
    return model;
  }

  private static Mlp any(Activation activation, DataType type, RandomSource random) {
    return switch (random.nextInt(3)) {
      case 0 -> model(activation, type, random, 1 + random.nextInt(12));
      case 1 -> model(activation, type, random, 1 + random.nextInt(12), 1 + random.nextInt(12));
      default -> model(activation, type, random, 3, 1 + random.nextInt(12), 5);
    };
  }

  private static ParameterMap growth(Mlp model, double noise, RandomSource random) {
    int layer = random.nextInt(model.hiddenLayers());
    if (model.whyNotDeepen().isEmpty() && random.nextInt(3) == 0) {
      return model.deepen(layer, noise, random);
    }
    return model.widen(layer, model.width(layer) + random.nextInt(9), noise, random);
  }

  private static double[] logits(Mlp model, INDArray x) {
    return Tensors.values(model.forward(x, new int[ROWS], false));
  }

  @Property(tries = 200)
  void anyGrowthOfAnyNetworkKeepsItsOutputs(
      @ForAll Activation activation,
      @ForAll boolean wide,
      @ForAll int seed,
      @ForAll @IntRange(min = 1, max = 6) int times) {
    RandomSource random = new RandomSource(seed);
    DataType type = wide ? DataType.DOUBLE : DataType.FLOAT;
    INDArray x = Tensors.random(type, random, ROWS, 4);
    try (Mlp model = any(activation, type, random)) {
      double[] before = logits(model, x);
      double[] old = Tensors.values(model.parameters());
      ParameterMap map = ParameterMap.identity(old.length);
      for (int i = 0; i < times; i++) {
        map = map.then(growth(model, 0, random));
      }
      assertClose(logits(model, x), before, wide ? 1e-12 : 1e-5);
      double[] now = Tensors.values(model.parameters());
      assertThat(map.newSize()).isEqualTo(now.length);
      for (int i = 0; i < now.length; i++) {
        if (map.source(i) >= 0) {
          assertThat(now[i]).isCloseTo(map.scale(i) * old[map.source(i)], within(1e-6));
        }
      }
    }
  }

  @Property(tries = 100)
  void gradientsAndPenaltiesFollowAWidening(@ForAll Activation activation, @ForAll int seed) {
    RandomSource random = new RandomSource(seed);
    INDArray x = Tensors.random(DataType.DOUBLE, random, ROWS, 4);
    INDArray slope = Tensors.random(DataType.DOUBLE, random, ROWS, 3);
    try (Mlp model = any(activation, DataType.DOUBLE, random)) {
      int size = (int) model.parameters().length();
      ConsolidatedPenalty penalty = new ConsolidatedPenalty();
      for (int task = 0; task < 3; task++) {
        penalty.merge(
            Tensors.of(DataType.DOUBLE, random.doubles(size).toArray(), size),
            Tensors.random(DataType.DOUBLE, random, size));
      }
      INDArray loss = gradient(model, x, slope);
      INDArray pull = Vectors.create(DataType.DOUBLE, size);
      double before = penalty.addGradient(3, model.parameters(), pull);
      int layer = random.nextInt(model.hiddenLayers());
      int width = model.width(layer) + 1 + random.nextInt(9);
      ParameterMap map = model.widen(layer, width, 0, random);
      penalty.remap(map);

      INDArray grownPull = Vectors.create(DataType.DOUBLE, map.newSize());
      double after = penalty.addGradient(3, model.parameters(), grownPull);
      assertThat(after).isCloseTo(before, within(1e-12 * before));
      assertClose(
          Tensors.values(grownPull), Tensors.values(map.remap(pull, Quantity.MOMENTUM)), 1e-11);
      assertClose(
          Tensors.values(gradient(model, x, slope)),
          Tensors.values(map.remap(loss, Quantity.MOMENTUM)),
          1e-11);
    }
  }

  @Property(tries = 50)
  void deepeningKeepsThePenaltyAndGuardsNothingNew(@ForAll int seed) {
    RandomSource random = new RandomSource(seed);
    try (Mlp model = any(Activation.RELU, DataType.DOUBLE, random)) {
      int size = (int) model.parameters().length();
      ConsolidatedPenalty penalty = new ConsolidatedPenalty();
      penalty.merge(
          Tensors.of(DataType.DOUBLE, random.doubles(size).toArray(), size),
          Tensors.random(DataType.DOUBLE, random, size));
      double before = penalty.value(model.parameters());
      int layer = random.nextInt(model.hiddenLayers());
      ParameterMap map = model.deepen(layer, 0.1, random);
      penalty.remap(map);
      assertThat(penalty.value(model.parameters())).isCloseTo(before, within(1e-12 * before));
      double[] importance = Tensors.values(penalty.quadratic(1).importance());
      long unguarded = 0;
      for (int i = 0; i < importance.length; i++) {
        unguarded += map.source(i) < 0 ? 1 : 0;
        assertThat(importance[i] == 0).isEqualTo(map.source(i) < 0);
      }
      int width = model.width(layer);
      assertThat(unguarded).isEqualTo(width * (width + 1L));
    }
  }

  @Example
  void noiseTellsCopiesApartAndLeavesTheOldUnitsAlone() {
    RandomSource random = new RandomSource(5);
    INDArray x = Tensors.random(DataType.DOUBLE, random, ROWS, 4);
    for (double noise : new double[] {0, 0.01}) {
      try (Mlp model = model(Activation.RELU, DataType.DOUBLE, random, 6)) {
        double[] before = logits(model, x);
        double[] old = Tensors.values(model.parameters());
        ParameterMap map = model.widen(0, 12, noise, random);
        double[] now = Tensors.values(model.parameters());
        for (int i = 0; i < 12 * 4; i++) {
          double difference = Math.abs(now[i] - old[map.source(i)]);
          if (i < 6 * 4 || noise == 0) {
            assertThat(difference).isZero();
          } else {
            assertThat(difference).isBetween(1e-9, 6 * noise);
          }
        }
        double change = 0;
        double[] after = logits(model, x);
        for (int i = 0; i < after.length; i++) {
          change = Math.max(change, Math.abs(after[i] - before[i]));
        }
        assertThat(change).isBetween(noise == 0 ? 0 : 1e-5, noise == 0 ? 1e-12 : 0.1);
      }
    }
  }

  @Example
  void noiseOnAnIdentityLayerIsSmall() {
    RandomSource random = new RandomSource(6);
    INDArray x = Tensors.random(DataType.DOUBLE, random, ROWS, 4);
    try (Mlp model = model(Activation.RELU, DataType.DOUBLE, random, 9)) {
      double[] before = logits(model, x);
      model.deepen(0, 0.01, random);
      assertThat(logits(model, x)).isNotEqualTo(before);
      assertClose(logits(model, x), before, 0.2);
    }
  }

  @Example
  void onlyAnIdempotentActivationCanBeDeepened() {
    RandomSource random = new RandomSource(7);
    try (Mlp relu = model(Activation.RELU, DataType.DOUBLE, random, 3);
        Mlp tanh = model(Activation.TANH, DataType.DOUBLE, random, 3)) {
      assertThat(relu.whyNotDeepen()).isEqualTo(Optional.empty());
      assertThatThrownBy(() -> tanh.deepen(0, 0, random))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "The network cannot be deepened: a layer followed by tanh cannot compute the"
                  + " identity, as one followed by relu can");
      assertThatThrownBy(() -> relu.widen(0, 2, 0, random))
          .hasMessage("A layer of 3 units cannot be widened to 2");
      assertThatThrownBy(() -> relu.widen(1, 9, 0, random))
          .hasMessage("There is no hidden layer 1; the network has 1");
      assertThat(relu.widen(0, 3, 1, random).isIdentity()).isTrue();
    }
  }

  @Example
  void aGrownNetworkIsRestoredIntoAFreshOne() {
    RandomSource random = new RandomSource(8);
    INDArray x = Tensors.random(DataType.DOUBLE, random, ROWS, 4);
    try (Mlp grown = model(Activation.RELU, DataType.DOUBLE, random, 3);
        Mlp fresh = model(Activation.RELU, DataType.DOUBLE, random, 3)) {
      grown.widen(0, 8, 0.1, random);
      grown.deepen(0, 0.1, random);
      fresh.restore(grown.save());
      assertThat(fresh.hiddenLayers()).isEqualTo(2);
      assertThat(logits(fresh, x)).containsExactly(logits(grown, x));
    }
  }

  private static INDArray gradient(Mlp model, INDArray x, INDArray slope) {
    model.forward(x, new int[ROWS], true);
    INDArray gradient = Vectors.create(DataType.DOUBLE, model.parameters().length());
    model.backward(slope, gradient);
    return gradient;
  }

  private static void assertClose(double[] actual, double[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      double size = Math.max(1, Math.abs(expected[i]));
      assertThat(actual[i]).isCloseTo(expected[i], within(tolerance * size));
    }
  }
}
