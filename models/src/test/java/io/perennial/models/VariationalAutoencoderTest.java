package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.perennial.api.InputException;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class VariationalAutoencoderTest {
  private static final int[] NO_LABELS = {};

  private final Workers workers = new Workers(2);

  @AfterEach
  void stop() {
    workers.close();
  }

  private VariationalAutoencoder vae(
      long[] shape, List<Integer> hidden, int latent, int classes, Likelihood likelihood) {
    return new VariationalAutoencoder(
        new VariationalAutoencoder.Settings(
            shape,
            List.of(),
            hidden,
            latent,
            classes,
            likelihood,
            likelihood == Likelihood.GAUSSIAN ? 0.7 : 1),
        DataType.DOUBLE,
        new RandomSource(3),
        workers);
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT"})
  void goldenLossAndGradients(DataType type) throws IOException {
    JsonNode golden;
    try (InputStream in = Golden.class.getResourceAsStream("/torch-golden.json")) {
      golden = new ObjectMapper().readTree(in).get("vae");
    }
    Golden values = new Golden(golden, Activation.RELU);
    var settings =
        new VariationalAutoencoder.Settings(new long[] {8}, List.of(5), 2, Likelihood.BERNOULLI);
    try (var vae = new VariationalAutoencoder(settings, type, new RandomSource(0), workers)) {
      Vectors.write(parameters(golden.get("parameters")), vae.parameters());
      INDArray x = Tensors.of(type, values.numbers("x"), 6, 8);
      INDArray gradient = Vectors.create(type, vae.parameters().length());
      double[] weights = new double[6];
      Arrays.fill(weights, 1.0 / 6);
      double loss = vae.loss(x, NO_LABELS, weights, values.numbers("noise"), gradient);
      double tolerance = type == DataType.DOUBLE ? 1e-9 : 1e-4;
      assertThat(loss)
          .isCloseTo(values.number("reconstruction") + values.number("kl"), within(tolerance));
      assertThat(Tensors.values(gradient))
          .containsExactly(parameters(golden.get("gradients")), within(tolerance));
    }
  }

  /** The file's tensors in our order: weights [out, in], and mean above log variance. */
  private static double[] parameters(JsonNode group) {
    List<Double> flat = new ArrayList<>();
    transposed(group.get("encoder"), flat);
    plain(group.get("encoderBias"), flat);
    transposed(group.get("mean"), flat);
    transposed(group.get("logVariance"), flat);
    plain(group.get("meanBias"), flat);
    plain(group.get("logVarianceBias"), flat);
    transposed(group.get("decoder"), flat);
    plain(group.get("decoderBias"), flat);
    transposed(group.get("output"), flat);
    plain(group.get("outputBias"), flat);
    return flat.stream().mapToDouble(v -> v).toArray();
  }

  private static void transposed(JsonNode matrix, List<Double> flat) {
    for (int o = 0; o < matrix.get(0).size(); o++) {
      for (int i = 0; i < matrix.size(); i++) {
        flat.add(matrix.get(i).get(o).asDouble());
      }
    }
  }

  private static void plain(JsonNode vector, List<Double> flat) {
    vector.forEach(v -> flat.add(v.asDouble()));
  }

  @ParameterizedTest
  @CsvSource({
    "BERNOULLI, 0",
    "BERNOULLI, 3",
    "GAUSSIAN, 0",
    "GAUSSIAN, 2",
  })
  void gradientIsTheFiniteDifference(Likelihood likelihood, int classes) {
    assertGradient(
        new VariationalAutoencoder.Settings(
            new long[] {2, 3},
            List.of(),
            List.of(7, 4),
            3,
            classes,
            likelihood,
            deviation(likelihood)));
  }

  /** Grey images and coloured ones, sizes that leave remainders, filters of 1x1, no max-pool. */
  @ParameterizedTest
  @CsvSource({
    "BERNOULLI, 0, 1, 4, 6, '3 2', 3, 2, '5'",
    "BERNOULLI, 3, 1, 7, 5, '2 3', 3, 2, ''",
    "GAUSSIAN, 0, 2, 5, 4, '3', 5, 2, '4 3'",
    "GAUSSIAN, 2, 3, 4, 3, '2', 1, 3, '4'",
    "BERNOULLI, 2, 1, 3, 4, '22 2', 3, 1, '4'",
  })
  void convolutionalGradientIsTheFiniteDifference(
      Likelihood likelihood,
      int classes,
      int channels,
      int height,
      int width,
      String filters,
      int kernel,
      int pool,
      String hidden) {
    assertGradient(
        new VariationalAutoencoder.Settings(
            new long[] {channels, height, width},
            numbers(filters),
            kernel,
            pool,
            numbers(hidden),
            3,
            classes,
            likelihood,
            deviation(likelihood)));
  }

  private static List<Integer> numbers(String text) {
    return Arrays.stream(text.split(" ")).filter(s -> !s.isEmpty()).map(Integer::valueOf).toList();
  }

  private static double deviation(Likelihood likelihood) {
    return likelihood == Likelihood.GAUSSIAN ? 0.7 : 1;
  }

  /** Every parameter's, through the noise, whose draw is the same on both sides. */
  private void assertGradient(VariationalAutoencoder.Settings settings) {
    RandomSource random = new RandomSource(11);
    int rows = 4;
    long[] shape = new long[settings.inputShape().length + 1];
    shape[0] = rows;
    System.arraycopy(settings.inputShape(), 0, shape, 1, shape.length - 1);
    INDArray x =
        Tensors.of(
            DataType.DOUBLE, random.doubles((long) rows * settings.inputs()).toArray(), shape);
    double[] noise = random.doubles(rows * 3L, -1, 1).toArray();
    double[] weights = {0.4, 0.1, 0, 0.5};
    int[] labels = {0, -1, 1, 1};
    try (var vae = new VariationalAutoencoder(settings, DataType.DOUBLE, random, workers)) {
      double[] theta = Tensors.values(vae.parameters());
      for (int i = 0; i < theta.length; i++) {
        theta[i] += 0.2 * random.nextGaussian(); // Biases, too, are not 0.
      }
      INDArray gradient = Vectors.create(DataType.DOUBLE, theta.length);
      Vectors.write(theta, vae.parameters());
      vae.loss(x, labels, weights, noise, gradient);
      double[] exact = Tensors.values(gradient);
      assertThat(Arrays.stream(exact).filter(g -> g != 0).count()).isGreaterThan(theta.length / 4);
      double h = 1e-6;
      for (int i = 0; i < theta.length; i++) {
        double[] difference = new double[2];
        for (int side = 0; side < 2; side++) {
          double[] moved = theta.clone();
          moved[i] += side == 0 ? -h : h;
          Vectors.write(moved, vae.parameters());
          difference[side] = vae.loss(x, labels, weights, noise, gradient);
        }
        assertThat((difference[1] - difference[0]) / (2 * h))
            .as("parameter %d", i)
            .isCloseTo(exact[i], within(1e-7 * Math.max(1, Math.abs(exact[i]))));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "4 6"})
  void sameBitsForAnyNumberOfThreads(String channels) {
    List<String> one = bits(1, numbers(channels));
    assertThat(bits(2, numbers(channels))).isEqualTo(one);
    assertThat(bits(3, numbers(channels))).isEqualTo(one);
  }

  private static List<String> bits(int threads, List<Integer> channels) {
    List<String> bits = new ArrayList<>();
    RandomSource random = new RandomSource(5);
    int rows = 130;
    var settings =
        new VariationalAutoencoder.Settings(
            new long[] {1, 20, 20}, channels, List.of(100), 10, 4, Likelihood.BERNOULLI, 1);
    try (Workers workers = new Workers(threads);
        var vae = new VariationalAutoencoder(settings, DataType.FLOAT, random, workers)) {
      assertThat(Sharding.of(rows, (int) vae.parameters().length()).count()).isGreaterThan(1);
      INDArray x = Tensors.of(DataType.FLOAT, random.doubles(rows * 400L).toArray(), rows, 400);
      int[] labels = random.ints(rows, 0, 4).toArray();
      double[] weights = new double[rows];
      Arrays.fill(weights, 1.0 / rows);
      INDArray gradient = Vectors.create(DataType.FLOAT, vae.parameters().length());
      Adam adam = new Adam(new Adam.Settings(1e-3, 0.9, 0.999, 1e-8));
      for (int step = 0; step < 5; step++) {
        vae.loss(x, labels, weights, random, gradient);
        bits.add(Vectors.sha256(gradient));
        adam.step(vae.parameters(), gradient, Optional.empty());
        bits.add(Vectors.sha256(vae.generate(labels, random)));
      }
    }
    return bits;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "3 5"})
  void neitherStepNorGenerationAllocatesOutsideTheHeapAndLittleOnIt(String channels) {
    RandomSource random = new RandomSource(5);
    double[] weights = new double[50];
    Arrays.fill(weights, 0.02);
    int[] labels = new int[50];
    var settings =
        new VariationalAutoencoder.Settings(
            new long[] {15, 20}, numbers(channels), List.of(200), 8, 3, Likelihood.BERNOULLI, 1);
    try (var vae = new VariationalAutoencoder(settings, DataType.DOUBLE, random, workers)) {
      INDArray x = Tensors.of(DataType.DOUBLE, random.doubles(50 * 300L).toArray(), 50, 300);
      INDArray gradient = Vectors.create(DataType.DOUBLE, vae.parameters().length());
      vae.loss(x, labels, weights, random, gradient);
      vae.generate(labels, random);
      long before = Nd4j.getDeallocatorService().nextValue();
      for (int step = 0; step < 10; step++) {
        vae.loss(x, labels, weights, random, gradient);
        vae.generate(labels, random);
      }
      // The counting itself takes a number.
      assertThat(Nd4j.getDeallocatorService().nextValue() - before).isEqualTo(1);
      long heap = Long.MAX_VALUE;
      // The least of some rounds: code that is not compiled yet makes iterators and the like.
      for (int round = 0; round < 20 && heap >= 2_000; round++) {
        long heap0 = heapBytes();
        for (int step = 0; step < 20; step++) {
          vae.loss(x, labels, weights, random, gradient);
          vae.generate(labels, random);
        }
        heap = Math.min(heap, (heapBytes() - heap0) / 20);
      }
      assertThat(heap).isLessThan(2_000);
    }
  }

  private static long heapBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "8"})
  void learnsToGenerateWhatItSaw(String channels) {
    RandomSource random = new RandomSource(9);
    int rows = 64;
    double[] patterns = new double[rows * 16];
    for (int n = 0; n < rows; n++) {
      // Half the rows are bright on the left, half on the right.
      for (int i = 0; i < 16; i++) {
        patterns[n * 16 + i] = (i < 8) == (n % 2 == 0) ? 1 : 0;
      }
    }
    double[] weights = new double[rows];
    Arrays.fill(weights, 1.0 / rows);
    var settings =
        new VariationalAutoencoder.Settings(
            new long[] {1, 4, 4}, numbers(channels), List.of(32), 2, 0, Likelihood.BERNOULLI, 1);
    try (var vae =
        new VariationalAutoencoder(settings, DataType.DOUBLE, new RandomSource(3), workers)) {
      INDArray x = Tensors.of(DataType.DOUBLE, patterns, rows, 1, 4, 4);
      INDArray gradient = Vectors.create(DataType.DOUBLE, vae.parameters().length());
      Adam adam = new Adam(new Adam.Settings(1e-2, 0.9, 0.999, 1e-8));
      double first = 0;
      double last = 0;
      for (int step = 0; step < 400; step++) {
        last = vae.loss(x, NO_LABELS, weights, random, gradient);
        first = step == 0 ? last : first;
        adam.step(vae.parameters(), gradient, Optional.empty());
      }
      assertThat(last).isLessThan(first / 3);
      INDArray generated = vae.generate(200, random);
      assertThat(generated.shape()).containsExactly(200, 1, 4, 4);
      double[] values = Tensors.values(generated);
      int left = 0;
      int clear = 0;
      for (int n = 0; n < 200; n++) {
        double difference =
            Arrays.stream(values, n * 16, n * 16 + 8).sum()
                - Arrays.stream(values, n * 16 + 8, n * 16 + 16).sum();
        left += difference > 0 ? 1 : 0;
        clear += Math.abs(difference) > 6 ? 1 : 0;
      }
      assertThat(left).isBetween(60, 140);
      assertThat(clear).isGreaterThan(150);
    }
  }

  @Test
  void aConditionDecidesWhatIsGenerated() {
    RandomSource random = new RandomSource(9);
    int rows = 64;
    double[] values = new double[rows * 2];
    int[] labels = new int[rows];
    double[] weights = new double[rows];
    for (int n = 0; n < rows; n++) {
      labels[n] = n % 2;
      values[2 * n] = labels[n] == 0 ? 5 : -5;
      values[2 * n + 1] = random.nextGaussian();
      weights[n] = 1.0 / rows;
    }
    try (var vae = vae(new long[] {2}, List.of(32), 2, 2, Likelihood.GAUSSIAN)) {
      INDArray x = Tensors.of(DataType.DOUBLE, values, rows, 2);
      INDArray gradient = Vectors.create(DataType.DOUBLE, vae.parameters().length());
      Adam adam = new Adam(new Adam.Settings(1e-2, 0.9, 0.999, 1e-8));
      for (int step = 0; step < 500; step++) {
        vae.loss(x, labels, weights, random, gradient);
        adam.step(vae.parameters(), gradient, Optional.empty());
      }
      double[] generated = Tensors.values(vae.generate(labels, random));
      for (int n = 0; n < rows; n++) {
        assertThat(generated[2 * n]).isCloseTo(labels[n] == 0 ? 5 : -5, within(1.5));
      }
      assertThatThrownBy(() -> vae.generate(3, random)).hasMessageContaining("classes");
    }
  }

  @Test
  void copyAndRestoreAreEqualToTheBitAndThenTheirOwn() {
    RandomSource random = new RandomSource(2);
    try (var vae = vae(new long[] {5}, List.of(4), 2, 0, Likelihood.BERNOULLI);
        var copy = vae.copy();
        var restored = vae(new long[] {5}, List.of(4), 2, 0, Likelihood.BERNOULLI)) {
      State state = vae.save();
      Vectors.zero(restored.parameters());
      restored.restore(state);
      State start = random.save();
      double[] expected = Tensors.values(vae.generate(7, random));
      for (VariationalAutoencoder other : List.of(copy, restored)) {
        random.restore(start);
        assertThat(Tensors.values(other.generate(7, random))).isEqualTo(expected);
        Vectors.zero(other.parameters());
      }
      random.restore(start);
      assertThat(Tensors.values(vae.generate(7, random))).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "3"})
  void whatIsGeneratedForOldClassesStaysWhenClassesAreAdded(String channels) {
    RandomSource random = new RandomSource(2);
    var settings =
        new VariationalAutoencoder.Settings(
            new long[] {4, 5}, numbers(channels), List.of(6, 4), 2, 2, Likelihood.BERNOULLI, 1);
    try (var vae = new VariationalAutoencoder(settings, DataType.DOUBLE, random, workers);
        var restored = new VariationalAutoencoder(settings, DataType.DOUBLE, random, workers)) {
      State start = random.save();
      int[] old = {0, 1, 1};
      double[] before = Tensors.values(vae.generate(old, random));
      double[] theta = Tensors.values(vae.parameters());
      ParameterMap map = vae.growClasses(5, new RandomSource(1));
      assertThat(vae.classes()).isEqualTo(5);
      random.restore(start);
      assertThat(Tensors.values(vae.generate(old, random))).containsExactly(before, within(1e-12));
      random.restore(start);
      assertThat(Tensors.values(vae.generate(new int[] {4, 4, 4}, random))).isNotEqualTo(before);
      double[] grown = Tensors.values(vae.parameters());
      boolean[] used = new boolean[theta.length];
      for (int i = 0; i < grown.length; i++) {
        if (map.source(i) >= 0) {
          assertThat(grown[i]).isEqualTo(theta[map.source(i)]);
          used[map.source(i)] = true;
        } else {
          assertThat(grown[i]).isNotZero();
        }
      }
      assertThat(used).doesNotContain(false);
      // The layers that see the class have 6 outputs and 4.
      assertThat(grown.length - theta.length).isEqualTo(3 * (6 + 4));
      restored.restore(vae.save());
      assertThat(restored.classes()).isEqualTo(5);
      assertThat(Tensors.values(restored.parameters())).isEqualTo(grown);
      assertThatThrownBy(() -> vae.growClasses(4, random))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("5 classes cannot become one with 4");
    }
  }

  @Test
  void convolutionsNeedImages() {
    assertThatThrownBy(
            () ->
                new VariationalAutoencoder.Settings(
                    new long[] {5}, List.of(3), List.of(4), 2, 0, Likelihood.GAUSSIAN, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("takes images, [height, width] or [channels, height, width], not")
        .hasMessageContaining("[5]");
    assertThatThrownBy(
            () ->
                new VariationalAutoencoder.Settings(
                    new long[] {4, 4}, List.of(3, 3, 3), List.of(4), 2, 0, Likelihood.GAUSSIAN, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("too small for 3 convolutional layers");
  }

  @Test
  void widthsBelowOneAreRefused() {
    assertThatThrownBy(() -> vae(new long[] {5}, List.of(0), 2, 0, Likelihood.GAUSSIAN))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("hidden [0]");
  }

  @Test
  void noiseIsStandardNormal() {
    double[] noise = new double[100_001];
    Noise.fill(new RandomSource(1), noise, 0, noise.length);
    double mean = Arrays.stream(noise).average().orElseThrow();
    double variance = Arrays.stream(noise).map(v -> v * v).average().orElseThrow();
    double inside = Arrays.stream(noise).filter(v -> Math.abs(v) < 1).count();
    assertThat(mean).isCloseTo(0, within(0.01));
    assertThat(variance).isCloseTo(1, within(0.015));
    assertThat(inside / noise.length).isCloseTo(0.6827, within(0.005));
  }
}
