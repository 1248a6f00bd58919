package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Batch;
import io.perennial.api.InputException;
import io.perennial.api.Model;
import io.perennial.api.ModelFactory;
import io.perennial.api.ParameterMap;
import io.perennial.api.ParameterMap.Quantity;
import io.perennial.api.PerExampleGradients.Power;
import io.perennial.api.RandomSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class ConvolutionalNetworkTest {
  private static final CrossEntropy OBJECTIVE = new CrossEntropy();

  private final Workers workers = new Workers(2);
  private final RandomSource random = new RandomSource(4);

  @AfterEach
  void stop() {
    workers.close();
  }

  /** Sizes that leave remainders, few channels and many, with a pool and without. */
  private static final List<ConvolutionLayers> SHAPES =
      List.of(
          ConvolutionLayers.of(new long[] {1, 5, 7}, new int[] {3}, 3, new int[] {2}, 3),
          ConvolutionLayers.of(new long[] {2, 7, 5}, new int[] {2, 3}, 3, new int[] {1, 3}, 4, 3),
          ConvolutionLayers.of(new long[] {3, 4, 4}, new int[] {2, 2}, 1, new int[] {2, 2}, 3),
          ConvolutionLayers.of(new long[] {1, 6, 6}, new int[] {2, 2}, 5, new int[] {2, 1}, 5, 3),
          ConvolutionLayers.of(new long[] {23, 3, 4}, new int[] {22, 2}, 3, new int[] {1, 1}, 3));

  private ConvolutionalNetwork network(ConvolutionLayers shape, DataType type, Workers own) {
    ConvolutionalNetwork model =
        new ConvolutionalNetwork(shape, Initialization.SCALED, 0, type, random, own);
    double[] theta = Tensors.values(model.parameters());
    for (int i = 0; i < theta.length; i++) {
      theta[i] += 0.1 * random.nextGaussian(); // Biases, too, are not 0.
    }
    Vectors.write(theta, model.parameters());
    return model;
  }

  private Batch batch(ConvolutionLayers shape, DataType type, int rows) {
    long[] input = shape.inputShape();
    INDArray features = Tensors.random(type, random, rows, input[0], input[1], input[2]);
    int[] labels = random.ints(rows, 0, shape.dense().outputs()).toArray();
    return Tensors.batch(features, labels, shape.dense().outputs());
  }

  private static JsonNode golden() {
    try (InputStream in = Golden.class.getResourceAsStream("/torch-golden.json")) {
      return new ObjectMapper().readTree(in).get("conv");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double[] numbers(JsonNode node) {
    return Golden.flat(node);
  }

  /** In our order; the file has the dense weights as [in, out]. */
  private static double[] goldenParameters(JsonNode group) {
    List<double[]> parts = new ArrayList<>();
    for (String name : List.of("conv1", "bias1", "conv2", "bias2")) {
      parts.add(numbers(group.get(name)));
    }
    double[] w = numbers(group.get("w"));
    double[] transposed = new double[w.length];
    for (int i = 0; i < 36; i++) {
      for (int o = 0; o < 3; o++) {
        transposed[o * 36 + i] = w[i * 3 + o];
      }
    }
    parts.add(transposed);
    parts.add(numbers(group.get("b")));
    return parts.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  private static void assertClose(double[] actual, double[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).as("element %d", i).isCloseTo(expected[i], within(tolerance));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void equalsPyTorch(DataType type) {
    JsonNode golden = golden();
    double tolerance = type == DataType.DOUBLE ? 1e-9 : 1e-5;
    ConvolutionLayers shape =
        ConvolutionLayers.of(new long[] {2, 6, 6}, new int[] {3, 4}, 3, new int[] {2, 1}, 3);
    try (ConvolutionalNetwork model =
        new ConvolutionalNetwork(shape, Initialization.SCALED, 0, type, random, workers)) {
      Vectors.write(goldenParameters(golden.get("parameters")), model.parameters());
      INDArray x = Tensors.of(type, numbers(golden.get("x")), 4, 2, 6, 6);
      int[] labels = Arrays.stream(numbers(golden.get("labels"))).mapToInt(v -> (int) v).toArray();
      Batch batch = Tensors.batch(x, labels, 3);
      INDArray logits = model.forward(x, batch.tasks(), true);
      assertClose(Tensors.values(logits), numbers(golden.get("logits")), tolerance);
      INDArray delta = Vectors.create(type, 4, 3);
      INDArray gradient = Vectors.create(type, model.parameterCount());
      assertThat(OBJECTIVE.loss(batch, logits, delta))
          .isCloseTo(golden.get("loss").asDouble(), within(tolerance));
      model.backward(delta, gradient);
      assertClose(Tensors.values(gradient), goldenParameters(golden.get("gradients")), tolerance);

      double[] p = Tensors.values(logits);
      for (int n = 0; n < 4; n++) {
        CrossEntropy.softmax(p, n * 3, 3, Tensors.all(3), 1, p);
      }
      List<INDArray> directions = new ArrayList<>();
      for (int c = 0; c < 3; c++) {
        double[] d = new double[12];
        for (int i = 0; i < 12; i++) {
          double scale = Math.sqrt(p[i / 3 * 3 + c] / 4);
          d[i] = scale * ((i % 3 == c ? 1 : 0) - p[i]);
        }
        directions.add(Tensors.of(type, d, 4, 3));
      }
      Vectors.zero(gradient);
      model.accumulate(directions, Power.SQUARE, gradient);
      assertClose(Tensors.values(gradient), goldenParameters(golden.get("fisherExact")), tolerance);
    }
  }

  @Test
  void gradientIsTheFiniteDifference() {
    for (ConvolutionLayers shape : SHAPES) {
      Batch batch = batch(shape, DataType.DOUBLE, 3);
      try (ConvolutionalNetwork model = network(shape, DataType.DOUBLE, workers)) {
        double[] theta = Tensors.values(model.parameters());
        double[] exact = gradient(model, batch);
        for (int i = 0; i < theta.length; i++) {
          double numeric =
              (loss(model, batch, theta, i, 1e-6) - loss(model, batch, theta, i, -1e-6)) / 2e-6;
          assertThat(exact[i]).as("%s, %d", shape, i).isCloseTo(numeric, within(2e-8));
        }
      }
    }
  }

  private static double loss(
      ConvolutionalNetwork model, Batch batch, double[] theta, int i, double step) {
    double[] moved = theta.clone();
    moved[i] += step;
    Vectors.write(moved, model.parameters());
    INDArray logits = model.forward(batch.features(), batch.tasks(), false);
    try (INDArray delta = Vectors.copyOf(logits)) {
      return OBJECTIVE.loss(batch, logits, delta);
    }
  }

  private static double[] gradient(Model model, Batch batch) {
    INDArray logits = model.forward(batch.features(), batch.tasks(), true);
    try (INDArray delta = Vectors.copyOf(logits);
        INDArray gradient = Vectors.copyOf(model.parameters())) {
      OBJECTIVE.loss(batch, logits, delta);
      model.backward(delta, gradient);
      return Tensors.values(gradient);
    }
  }

  @ParameterizedTest
  @EnumSource
  void powersAreTheLoopOverExamplesAndDirections(Power power) {
    for (ConvolutionLayers shape : SHAPES) {
      int rows = 4;
      Batch batch = batch(shape, DataType.DOUBLE, rows);
      try (ConvolutionalNetwork model = network(shape, DataType.DOUBLE, workers)) {
        List<INDArray> directions =
            List.of(
                Tensors.random(DataType.DOUBLE, random, rows, 3),
                Tensors.random(DataType.DOUBLE, random, rows, 3));
        int size = (int) model.parameterCount();
        double[] expected = random.doubles(size).toArray();
        INDArray sum = Tensors.vector(expected);
        model.forward(batch.features(), batch.tasks(), false);
        model.accumulate(directions, power, sum);
        double[] x = Tensors.values(batch.features());
        int width = x.length / rows;
        INDArray gradient = Vectors.create(DataType.DOUBLE, size);
        for (int n = 0; n < rows; n++) {
          double[] row = Arrays.copyOfRange(x, n * width, (n + 1) * width);
          model.forward(Tensors.of(DataType.DOUBLE, row, 1, width), new int[1], false);
          for (INDArray direction : directions) {
            double[] own = Arrays.copyOfRange(Tensors.values(direction), n * 3, n * 3 + 3);
            model.backward(Tensors.of(DataType.DOUBLE, own, 1, 3), gradient);
            double[] g = Tensors.values(gradient);
            for (int i = 0; i < size; i++) {
              expected[i] += power == Power.SQUARE ? g[i] * g[i] : Math.abs(g[i]);
            }
          }
        }
        assertClose(Tensors.values(sum), expected, 1e-10);
      }
    }
  }

  private static final ConvolutionalNetworkFactory.Settings SETTINGS =
      new ConvolutionalNetworkFactory.Settings(
          List.of(8, 24), 3, 2, List.of(20), 0.25, Initialization.SCALED);

  @Test
  void bitsDoNotDependOnThreads() {
    List<String> hashes = new ArrayList<>();
    for (int threads = 1; threads <= 3; threads++) {
      RandomSource seeded = new RandomSource(9);
      try (Workers own = new Workers(threads);
          ConvolutionalNetwork model =
              new ConvolutionalNetwork(
                  new long[] {1, 12, 12}, SETTINGS, 5, DataType.FLOAT, seeded, own)) {
        INDArray x = Tensors.random(DataType.FLOAT, seeded, 67, 1, 12, 12);
        Batch batch = Tensors.batch(x, seeded.ints(67, 0, 5).toArray(), 5);
        INDArray delta = Vectors.create(DataType.FLOAT, 67, 5);
        INDArray gradient = Vectors.create(DataType.FLOAT, model.parameterCount());
        Adam adam = new Adam(new Adam.Settings(0.01, 0.9, 0.999, 1e-8));
        for (int step = 0; step < 5; step++) {
          OBJECTIVE.loss(batch, model.forward(x, batch.tasks(), true), delta);
          model.backward(delta, gradient);
          adam.step(model.parameters(), gradient, java.util.Optional.empty());
        }
        model.accumulate(List.of(delta), Power.SQUARE, gradient);
        hashes.add(Vectors.sha256(model.parameters()) + Vectors.sha256(gradient));
      }
    }
    assertThat(Sharding.ofImages(67, 144 * 72 + 36 * 8 * 9 * 24).count()).isEqualTo(8);
    assertThat(hashes).allMatch(hashes.get(0)::equals);
  }

  @Test
  void floatIsCloseToDouble() {
    ConvolutionLayers shape =
        ConvolutionLayers.of(
            new long[] {3, 12, 12}, new int[] {8, 24, 6}, 3, new int[] {2, 2, 1}, 9, 5);
    Batch wide = batch(shape, DataType.DOUBLE, 10);
    try (ConvolutionalNetwork model = network(shape, DataType.DOUBLE, workers);
        ConvolutionalNetwork narrow =
            new ConvolutionalNetwork(
                shape, Initialization.SCALED, 0, DataType.FLOAT, random, workers)) {
      Vectors.write(Tensors.values(model.parameters()), narrow.parameters());
      double[] x = Tensors.values(wide.features());
      Batch batch = Tensors.batch(Tensors.of(DataType.FLOAT, x, 10, 3, 12, 12), wide.labels(), 5);
      assertClose(gradient(narrow, batch), gradient(model, wide), 1e-4);
    }
  }

  @Test
  void gradientIsTheSameForAnyBatchSize() {
    ConvolutionLayers shape = SHAPES.get(3);
    Batch batch = batch(shape, DataType.DOUBLE, 1);
    double[] x = Tensors.values(batch.features());
    double[] twice = Arrays.copyOf(x, 2 * x.length);
    System.arraycopy(x, 0, twice, x.length, x.length);
    int label = batch.labels()[0];
    Batch doubled =
        Tensors.batch(Tensors.of(DataType.DOUBLE, twice, 2, x.length), new int[] {label, label}, 3);
    try (ConvolutionalNetwork model = network(shape, DataType.DOUBLE, workers)) {
      assertClose(gradient(model, doubled), gradient(model, batch), 1e-14);
    }
  }

  @Test
  void layoutNamesEveryTensorInOrderWithoutGaps() {
    try (ConvolutionalNetwork model = network(SHAPES.get(3), DataType.FLOAT, workers)) {
      assertThat(model.layout())
          .extracting(Model.Slice::name)
          .containsExactly(
              "convolution0.weight",
              "convolution0.bias",
              "convolution1.weight",
              "convolution1.bias",
              "layer0.weight",
              "layer0.bias",
              "output.weight",
              "output.bias");
      long end = 0;
      for (Model.Slice slice : model.layout()) {
        assertThat(slice.offset()).isEqualTo(end);
        end += slice.length();
      }
      assertThat(end).isEqualTo(model.parameterCount()).isEqualTo(model.parameters().length());
      assertThat(model.layout().get(2).shape()).containsExactly(2, 2, 5, 5);
    }
  }

  @Test
  void newClassesLeaveTheOldOnesAlone() {
    ConvolutionLayers shape = SHAPES.get(1);
    Batch batch = batch(shape, DataType.DOUBLE, 3);
    try (ConvolutionalNetwork model = network(shape, DataType.DOUBLE, workers)) {
      double[] before = logits(model, batch);
      INDArray old = Vectors.copyOf(model.parameters());
      ParameterMap map = model.growClasses(5, random);
      assertThat(model.classes()).isEqualTo(5);
      double[] now = Tensors.values(model.parameters());
      double[] carried = Tensors.values(map.remap(old, Quantity.PARAMETER));
      int fresh = 0;
      for (int i = 0; i < now.length; i++) {
        if (map.source(i) < 0) {
          fresh++;
        } else {
          assertThat(now[i]).isEqualTo(carried[i]);
        }
      }
      assertThat(fresh).isEqualTo(2 * (4 + 1));
      double[] after = logits(model, batch);
      for (int n = 0; n < 3; n++) {
        for (int c = 0; c < 3; c++) {
          assertThat(after[n * 5 + c]).isCloseTo(before[n * 3 + c], within(1e-14));
        }
      }
      assertThat(model.growClasses(5, random).isIdentity()).isTrue();
      assertThatThrownBy(() -> model.growClasses(1, random))
          .hasMessage("A network with 5 classes cannot shrink to 1");
    }
  }

  private static double[] logits(Model model, Batch batch) {
    return Tensors.values(model.forward(batch.features(), batch.tasks(), false));
  }

  @Test
  void restoreBringsBackShapeAndBits() {
    Batch batch = batch(SHAPES.get(1), DataType.DOUBLE, 3);
    try (ConvolutionalNetwork grown = network(SHAPES.get(1), DataType.DOUBLE, workers);
        ConvolutionalNetwork other = network(SHAPES.get(3), DataType.DOUBLE, workers)) {
      grown.growClasses(4, random);
      other.restore(grown.save());
      assertThat(other.classes()).isEqualTo(4);
      assertThat(other.inputShape()).containsExactly(2, 7, 5);
      assertThat(logits(other, batch)).containsExactly(logits(grown, batch));
      INDArray array = other.parameters();
      other.restore(grown.save());
      assertThat(other.parameters()).isSameAs(array);
    }
  }

  @Test
  void copiesDoNotShareAndClosingTwiceIsFine() {
    Batch batch = batch(SHAPES.get(0), DataType.DOUBLE, 2);
    ConvolutionalNetwork model = network(SHAPES.get(0), DataType.DOUBLE, workers);
    ConvolutionalNetwork copy = model.copy();
    double[] before = logits(model, batch);
    assertThat(logits(copy, batch)).containsExactly(before);
    copy.reinitialize(random);
    assertThat(logits(copy, batch)).isNotEqualTo(before);
    copy.close();
    assertThat(logits(model, batch)).containsExactly(before);
    copy.close();
    model.close();
  }

  @Test
  void featuresAreTheOutputLayersInput() {
    for (ConvolutionLayers shape : SHAPES) {
      Batch batch = batch(shape, DataType.DOUBLE, 2);
      try (ConvolutionalNetwork model = network(shape, DataType.DOUBLE, workers)) {
        double[] h = Tensors.values(model.features(batch.features(), new int[2]));
        int width = h.length / 2;
        List<Model.Slice> layout = model.layout();
        int start = (int) layout.get(layout.size() - 2).offset();
        double[] w = Tensors.values(model.parameters());
        double logit = w[start + 3 * width];
        for (int i = 0; i < width; i++) {
          logit += w[start + i] * h[i];
        }
        assertThat(logits(model, batch)[0]).isCloseTo(logit, within(1e-13));
      }
    }
  }

  @Test
  void aNanIsNotLost() {
    ConvolutionLayers shape = SHAPES.get(1);
    Batch batch = batch(shape, DataType.FLOAT, 2);
    float[] x = Vectors.readFloats(batch.features());
    x[3] = Float.NaN;
    Vectors.write(x, x.length, batch.features());
    try (ConvolutionalNetwork model = network(shape, DataType.FLOAT, workers)) {
      assertThat(logits(model, batch)[0]).isNaN();
    }
  }

  @Test
  void inputThatDoesNotFitIsRefused() {
    assertRefused(new long[] {64}, "takes examples of the shape [channels, height, width], not");
    assertRefused(
        new long[] {1, 8, 3},
        "The input [1, 8, 3] is too small for 2 convolutional layers: the max-pool of layer 2 has"
            + " windows of 2x2, but only 4x1 is left; use fewer layers or a smaller pool");
    assertThatThrownBy(
            () ->
                new ConvolutionalNetworkFactory.Settings(
                    List.of(3), 4, 2, List.of(), 0, Initialization.SCALED))
        .hasMessageStartingWith("kernel must be odd");
    assertThatThrownBy(
            () ->
                new ConvolutionalNetworkFactory.Settings(
                    List.of(), 3, 2, List.of(), 0, Initialization.SCALED))
        .hasMessageStartingWith("channels must name at least one");
  }

  private void assertRefused(long[] inputShape, String message) {
    ConvolutionalNetworkFactory factory = new ConvolutionalNetworkFactory(SETTINGS, workers);
    assertThatThrownBy(
            () -> factory.create(new ModelFactory.Request(inputShape, 2, DataType.FLOAT, random)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }
}
