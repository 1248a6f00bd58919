package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.ParameterMap;
import io.perennial.api.ParameterMap.Quantity;
import io.perennial.api.RandomSource;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What {@link GrowthTest} shows of dense networks, for channels. */
class ConvolutionGrowthTest {
  private static final int ROWS = 4;
  private static final Workers WORKERS = new Workers(1);

  @AfterContainer
  static void stop() {
    WORKERS.close();
  }

  private static ConvolutionalNetwork any(DataType type, RandomSource random) {
    int[] channels = new int[1 + random.nextInt(3)];
    int[] pools = new int[channels.length];
    for (int l = 0; l < channels.length; l++) {
      channels[l] = 1 + random.nextInt(4);
      pools[l] = 1 + (l < 2 ? random.nextInt(2) : 0);
    }
    int[] top = random.nextInt(2) == 0 ? new int[] {3} : new int[] {1 + random.nextInt(5), 3};
    long[] input = {1 + random.nextInt(2), 5, 6};
    ConvolutionLayers layers =
        ConvolutionLayers.of(input, channels, 1 + 2 * random.nextInt(2), pools, top);
    ConvolutionalNetwork network =
        new ConvolutionalNetwork(layers, Initialization.SCALED, 0, type, random, WORKERS);
    Vectors.write(
        random.doubles(network.parameterCount(), -0.5, 0.5).toArray(), network.parameters());
    return network;
  }

  private static INDArray input(ConvolutionalNetwork network, RandomSource random) {
    return Tensors.random(network.dataType(), random, ROWS, network.inputShape()[0], 5, 6);
  }

  private static double[] logits(ConvolutionalNetwork network, INDArray x) {
    return Tensors.values(network.forward(x, new int[ROWS], false));
  }

  @Property(tries = 150)
  void anyGrowthOfAnyNetworkKeepsItsOutputs(
      @ForAll boolean wide, @ForAll int seed, @ForAll @IntRange(min = 1, max = 4) int times) {
    RandomSource random = new RandomSource(seed);
    DataType type = wide ? DataType.DOUBLE : DataType.FLOAT;
    try (ConvolutionalNetwork network = any(type, random)) {
      INDArray x = input(network, random);
      double[] before = logits(network, x);
      for (int i = 0; i < times; i++) {
        int layer = random.nextInt(network.hiddenLayers());
        if (random.nextInt(3) == 0) {
          network.deepen(layer, 0, random);
        } else {
          network.widen(layer, network.width(layer) + random.nextInt(5), 0, random);
        }
      }
      assertClose(logits(network, x), before, wide ? 1e-12 : 1e-5);
    }
  }

  @Property(tries = 60)
  void gradientsAndPenaltiesFollowAWidening(@ForAll int seed) {
    RandomSource random = new RandomSource(seed);
    try (ConvolutionalNetwork network = any(DataType.DOUBLE, random)) {
      INDArray x = input(network, random);
      INDArray slope = Tensors.random(DataType.DOUBLE, random, ROWS, 3);
      INDArray loss = gradient(network, x, slope);
      int size = (int) loss.length();
      ConsolidatedPenalty penalty = new ConsolidatedPenalty();
      penalty.merge(
          Tensors.of(DataType.DOUBLE, random.doubles(size).toArray(), size),
          Tensors.random(DataType.DOUBLE, random, size));
      double before = penalty.value(network.parameters());
      int layer = random.nextInt(network.hiddenLayers());
      ParameterMap map = network.widen(layer, network.width(layer) + 3, 0, random);
      penalty.remap(map);
      assertThat(penalty.value(network.parameters())).isCloseTo(before, within(1e-12 * before));
      assertClose(
          Tensors.values(gradient(network, x, slope)),
          Tensors.values(map.remap(loss, Quantity.MOMENTUM)),
          1e-11);
    }
  }

  @Example
  void aGrownNetworkIsRestoredAndNoiseTellsCopiesApart() {
    RandomSource random = new RandomSource(3);
    ConvolutionLayers layers =
        ConvolutionLayers.of(new long[] {1, 5, 6}, new int[] {2, 3}, 3, new int[] {2, 1}, 4, 3);
    try (ConvolutionalNetwork grown =
            new ConvolutionalNetwork(
                layers, Initialization.SCALED, 0, DataType.DOUBLE, random, WORKERS);
        ConvolutionalNetwork fresh =
            new ConvolutionalNetwork(
                layers, Initialization.SCALED, 0, DataType.DOUBLE, random, WORKERS)) {
      INDArray x = input(grown, random);
      double[] before = logits(grown, x);
      grown.widen(0, 5, 0.01, random);
      grown.deepen(1, 0.01, random);
      grown.widen(3, 6, 0.01, random);
      assertThat(grown.hiddenLayers()).isEqualTo(4);
      assertThat(grown.width(0)).isEqualTo(5);
      assertThat(grown.width(2)).isEqualTo(3);
      assertThat(logits(grown, x)).isNotEqualTo(before);
      assertClose(logits(grown, x), before, 0.1);
      fresh.restore(grown.save());
      assertThat(logits(fresh, x)).containsExactly(logits(grown, x));
      assertThatThrownBy(() -> grown.widen(0, 4, 0, random))
          .hasMessage("A layer of 5 channels or units cannot be widened to 4");
      assertThatThrownBy(() -> grown.deepen(4, 0, random))
          .hasMessage("There is no hidden layer 4; the network has 4");
    }
  }

  private static INDArray gradient(ConvolutionalNetwork network, INDArray x, INDArray slope) {
    network.forward(x, new int[ROWS], true);
    INDArray gradient = Vectors.create(DataType.DOUBLE, network.parameters().length());
    network.backward(slope, gradient);
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
