package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Batch;
import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Progressive columns of convolutional networks. */
class ConvolutionalColumnsTest {
  private final Workers workers = new Workers(1);
  private final CrossEntropy objective = new CrossEntropy();

  private static ProgressiveColumns columns(
      ConvolutionLayers shape, DataType type, int adapterWidth, RandomSource random, Workers on) {
    return new ProgressiveColumns(
        new ConvolutionalNetwork(shape, Initialization.SCALED, 0, type, random, on), adapterWidth);
  }

  /** Biases, too, are not 0. */
  private static void shake(Model model, RandomSource random) {
    double[] theta = Tensors.values(model.parameters());
    for (int i = 0; i < theta.length; i++) {
      theta[i] += 0.2 * random.nextGaussian();
    }
    Vectors.write(theta, model.parameters());
  }

  private static Batch batch(
      ConvolutionLayers shape, DataType type, int rows, int[] tasks, RandomSource random) {
    long[] image = shape.inputShape();
    INDArray features = Tensors.random(type, random, rows, image[0], image[1], image[2]);
    int classes = shape.dense().outputs();
    int[] labels = random.ints(rows, 0, classes).toArray();
    return Tensors.batch(features, labels, tasks, classes);
  }

  private static int[] all(int rows, int task) {
    int[] tasks = new int[rows];
    Arrays.fill(tasks, task);
    return tasks;
  }

  @Property(tries = 30)
  void gradientEqualsFiniteDifferences(
      @ForAll @IntRange(min = 1, max = 2) int inputChannels,
      @ForAll @Size(min = 1, max = 3) List<@IntRange(min = 1, max = 3) Integer> channels,
      @ForAll @IntRange(min = 0, max = 2) int halfKernel,
      @ForAll boolean pooled,
      @ForAll @Size(max = 2) List<@IntRange(min = 1, max = 4) Integer> hidden,
      @ForAll @IntRange(min = 1, max = 4) int rows,
      @ForAll @IntRange(min = 1, max = 3) int count,
      @ForAll @IntRange(min = 0, max = 3) int adapterWidth,
      @ForAll boolean mixed,
      @ForAll int seed) {
    RandomSource random = new RandomSource(seed);
    int layers = channels.size();
    int[] pools = new int[layers];
    Arrays.setAll(pools, l -> pooled && l < 2 ? 2 - l % 2 : 1);
    int[] top = new int[hidden.size() + 1];
    Arrays.setAll(top, l -> l < hidden.size() ? hidden.get(l) : 3);
    long[] image = {inputChannels, 3 + random.nextInt(3), 3 + random.nextInt(3)};
    int[] widths = channels.stream().mapToInt(Integer::intValue).toArray();
    ConvolutionLayers shape = ConvolutionLayers.of(image, widths, 2 * halfKernel + 1, pools, top);
    assertGradient(shape, count, adapterWidth, rows, mixed, random);
  }

  /** Filters and adapters so wide that a convolution is a sum of products. */
  @Example
  void gradientOfWideLayersEqualsFiniteDifferences() {
    ConvolutionLayers shape =
        ConvolutionLayers.of(new long[] {1, 3, 4}, new int[] {22, 2, 3}, 3, new int[] {1, 1, 2}, 3);
    assertGradient(shape, 2, 0, 2, false, new RandomSource(3));
    assertGradient(shape, 2, 23, 2, false, new RandomSource(4));
  }

  private void assertGradient(
      ConvolutionLayers shape,
      int count,
      int adapterWidth,
      int rows,
      boolean mixed,
      RandomSource random) {
    try (ProgressiveColumns model =
        columns(shape, DataType.DOUBLE, adapterWidth, random, workers)) {
      for (int c = 1; c < count; c++) {
        shake(model, random);
        model.add(random);
      }
      shake(model, random);
      int[] tasks = all(rows, count - 1);
      for (int n = 1; mixed && n < rows; n++) {
        tasks[n] = random.nextInt(count);
      }
      FiniteDifferences.assertGradient(model, batch(shape, DataType.DOUBLE, rows, tasks, random));
    }
  }

  /** Large enough for several shards; the gradient is linear in the rows. */
  @Example
  void shardsAddUpToTheGradientOfTheirRows() {
    RandomSource random = new RandomSource(6);
    ConvolutionLayers shape =
        ConvolutionLayers.of(new long[] {1, 14, 14}, new int[] {9, 12}, 3, new int[] {2, 2}, 20, 3);
    int rows = 33;
    assertThat(Sharding.ofImages(rows, shape.multiplications()).count()).isGreaterThan(2);
    try (ProgressiveColumns model = columns(shape, DataType.DOUBLE, 0, random, workers)) {
      model.add(random);
      model.add(random);
      shake(model, random);
      Batch batch = batch(shape, DataType.DOUBLE, rows, all(rows, 2), random);
      double[] whole = FiniteDifferences.gradient(model, batch);
      double[] sum = new double[whole.length];
      double[] x = Tensors.values(batch.features());
      int width = x.length / rows;
      for (int n = 0; n < rows; n++) {
        double[] row = Arrays.copyOfRange(x, n * width, (n + 1) * width);
        INDArray features = Tensors.of(DataType.DOUBLE, row, 1, 1, 14, 14);
        Batch one = Tensors.batch(features, new int[] {batch.labels()[n]}, all(1, 2), 3);
        double[] part = FiniteDifferences.gradient(model, one);
        for (int i = 0; i < sum.length; i++) {
          sum[i] += part[i] / rows;
        }
      }
      for (int i = 0; i < sum.length; i++) {
        assertThat(whole[i]).isCloseTo(sum[i], within(1e-12));
      }
    }
  }

  /** Equation 2 of the paper, written out for the third of three columns. */
  @Example
  void computesThePapersEquation() {
    RandomSource random = new RandomSource(8);
    ConvolutionLayers shape =
        ConvolutionLayers.of(new long[] {2, 4, 5}, new int[] {3, 4}, 3, new int[] {2, 1}, 3, 2);
    try (ProgressiveColumns model = columns(shape, DataType.DOUBLE, 2, random, workers)) {
      List<PlainColumn> plain = new ArrayList<>();
      for (int c = 0; c < 3; c++) {
        if (c > 0) {
          model.add(random);
        }
        shake(model, random);
        plain.add(new PlainColumn(model.layout(), Tensors.values(model.parameters())));
      }
      assertThat(model.layout())
          .extracting(Model.Slice::name)
          .containsSubsequence(
              "convolution0.weight",
              "convolution0.bias",
              "convolution1.weight",
              "convolution1.bias",
              "convolution1.lateral.scale",
              "convolution1.lateral.projection",
              "convolution1.lateral.bias",
              "convolution1.lateral.weight",
              "layer0.weight",
              "layer0.bias",
              "layer0.lateral.scale",
              "output.lateral.weight");
      INDArray features = Tensors.random(DataType.DOUBLE, random, 1, 2, 4, 5);
      for (int c = 0; c < 3; c++) {
        plain.get(c).compute(Tensors.values(features), plain.subList(0, c));
        double[] logits = Tensors.values(model.forward(features, new int[] {c}, false));
        assertThat(logits).containsExactly(plain.get(c).logits, within(1e-12));
      }
    }
  }

  /** The network of the test above, in loops. */
  private static final class PlainColumn {
    private final List<Model.Slice> layout;
    private final double[] theta;
    private double[] first = {};
    private double[] second = {};
    private double[] hidden = {};
    private double[] logits = {};

    PlainColumn(List<Model.Slice> layout, double[] theta) {
      this.layout = layout;
      this.theta = theta;
    }

    private double[] tensor(String name) {
      for (Model.Slice slice : layout) {
        if (slice.name().equals(name)) {
          int from = (int) slice.offset();
          return Arrays.copyOfRange(theta, from, from + (int) slice.length());
        }
      }
      throw new IllegalArgumentException(name);
    }

    void compute(double[] image, List<PlainColumn> before) {
      first = pool(relu(convolve(image, 4, 5, tensor("convolution0.weight"), biases(0, 20))));
      double[] z = convolve(first, 2, 2, tensor("convolution1.weight"), biases(1, 4));
      List<double[]> maps = before.stream().map(column -> column.first).toList();
      if (!before.isEmpty()) {
        double[] adapted = adapt("convolution1", maps, 4);
        z = convolve(adapted, 2, 2, tensor("convolution1.lateral.weight"), z);
      }
      second = relu(z);
      hidden = relu(dense("layer0", second, before.stream().map(c -> c.second).toList()));
      logits = dense("output", hidden, before.stream().map(c -> c.hidden).toList());
    }

    private double[] biases(int layer, int positions) {
      double[] bias = tensor("convolution" + layer + ".bias");
      double[] each = new double[bias.length * positions];
      Arrays.setAll(each, i -> bias[i / positions]);
      return each;
    }

    private static double[] relu(double[] z) {
      return Arrays.stream(z).map(v -> Math.max(v, 0)).toArray();
    }

    /** relu(V (α h) + c) at each position. */
    private double[] adapt(String layer, List<double[]> anterior, int positions) {
      double[] scales = tensor(layer + ".lateral.scale");
      double[] v = tensor(layer + ".lateral.projection");
      double[] y = biases(tensor(layer + ".lateral.bias"), positions);
      int each = anterior.get(0).length / positions;
      int width = each * anterior.size();
      for (int a = 0; a < y.length / positions; a++) {
        for (int p = 0; p < positions; p++) {
          for (int i = 0; i < width; i++) {
            double h = anterior.get(i / each)[i % each * positions + p];
            y[a * positions + p] += v[a * width + i] * scales[i / each] * h;
          }
        }
      }
      return relu(y);
    }

    private static double[] biases(double[] bias, int positions) {
      double[] each = new double[bias.length * positions];
      Arrays.setAll(each, i -> bias[i / positions]);
      return each;
    }

    private double[] dense(String layer, double[] input, List<double[]> anterior) {
      double[] z = tensor(layer + ".bias");
      addProduct(tensor(layer + ".weight"), input, z);
      if (!anterior.isEmpty()) {
        addProduct(tensor(layer + ".lateral.weight"), adapt(layer, anterior, 1), z);
      }
      return z;
    }

    private static void addProduct(double[] w, double[] x, double[] z) {
      for (int o = 0; o < z.length; o++) {
        for (int i = 0; i < x.length; i++) {
          z[o] += w[o * x.length + i] * x[i];
        }
      }
    }

    /** 3x3, added to z. */
    private static double[] convolve(double[] x, int height, int width, double[] w, double[] z) {
      double[] sum = z.clone();
      int area = height * width;
      int channels = x.length / area;
      for (int i = 0; i < sum.length; i++) {
        int y = i % area / width;
        for (int k = 0; k < channels * 9; k++) {
          int row = y + k % 9 / 3 - 1;
          int column = i % width + k % 3 - 1;
          if (row >= 0 && row < height && column >= 0 && column < width) {
            sum[i] += w[i / area * channels * 9 + k] * x[k / 9 * area + row * width + column];
          }
        }
      }
      return sum;
    }

    /** 3 maps of 4x5 in windows of 2x2; the last column is in none. */
    private static double[] pool(double[] x) {
      double[] most = new double[12];
      for (int i = 0; i < 12; i++) {
        int at = i / 4 * 20 + i % 4 / 2 * 10 + i % 2 * 2;
        most[i] = Math.max(Math.max(x[at], x[at + 1]), Math.max(x[at + 5], x[at + 6]));
      }
      return most;
    }
  }

  @Example
  void firstColumnIsTheNetworkItself() {
    RandomSource random = new RandomSource(1);
    ConvolutionLayers shape =
        ConvolutionLayers.of(new long[] {1, 8, 8}, new int[] {4, 5}, 3, new int[] {2, 2}, 6, 3);
    try (ConvolutionalNetwork network =
            new ConvolutionalNetwork(
                shape, Initialization.SCALED, 0, DataType.FLOAT, random, workers);
        ProgressiveColumns model = new ProgressiveColumns(network.copy(), 0)) {
      INDArray features = Tensors.random(DataType.FLOAT, random, 9, 1, 8, 8);
      String bits = Vectors.sha256(network.forward(features, all(9, 0), false));
      assertThat(Vectors.sha256(model.forward(features, all(9, 0), false))).isEqualTo(bits);
      assertThat(model.layout().toString().replaceAll("\\[J@\\w+", ""))
          .isEqualTo(network.layout().toString().replaceAll("\\[J@\\w+", ""));
    }
  }

  @Property(tries = 6)
  void oldColumnsKeepEveryBitAtAnySizeAndNumberOfThreads(
      @ForAll @IntRange(min = 1, max = 3) int threads,
      @ForAll @IntRange(min = 1, max = 150) int rows,
      @ForAll @IntRange(min = 0, max = 24) int adapterWidth,
      @ForAll int seed) {
    RandomSource random = new RandomSource(seed);
    ConvolutionLayers shape =
        ConvolutionLayers.of(
            new long[] {1, 10, 10}, new int[] {6, 22, 7}, 3, new int[] {2, 1, 2}, 30, 2);
    try (Workers several = new Workers(threads);
        ProgressiveColumns model = columns(shape, DataType.FLOAT, adapterWidth, random, several)) {
      INDArray features = Tensors.random(DataType.FLOAT, random, rows, 1, 10, 10);
      List<String> outputs = new ArrayList<>();
      List<String> parameters = new ArrayList<>();
      for (int task = 0; task < 4; task++) {
        if (task > 0) {
          model.add(random);
          model.growClasses(2 * task + 2, random);
        }
        train(model, features, task, random);
        for (int c = 0; c <= task; c++) {
          String now = ownLogits(model, features, c);
          String kept = Vectors.sha256(model.parameters(c));
          if (c < task) {
            assertThat(now).isEqualTo(outputs.get(c));
            assertThat(kept).isEqualTo(parameters.get(c));
          } else {
            outputs.add(now);
            parameters.add(kept);
          }
        }
      }
    }
  }

  private void train(ProgressiveColumns model, INDArray features, int task, RandomSource random) {
    int rows = (int) features.size(0);
    Sgd sgd = new Sgd(new Sgd.Settings(0.1, 0.9));
    INDArray delta = Vectors.create(DataType.FLOAT, rows, model.classes());
    INDArray gradient = Vectors.create(DataType.FLOAT, model.parameters().length());
    String before = Vectors.sha256(model.parameters());
    for (int step = 0; step < 3; step++) {
      int[] labels = random.ints(rows, 0, model.classes()).toArray();
      Batch batch = Tensors.batch(features, labels, model.classes());
      objective.loss(batch, model.forward(features, all(rows, task), true), delta);
      model.backward(delta, gradient);
      sgd.step(model.parameters(), gradient, Optional.empty());
    }
    assertThat(Vectors.sha256(model.parameters())).isNotEqualTo(before);
  }

  /** The bits of a column's own classes. */
  private static String ownLogits(ProgressiveColumns model, INDArray features, int column) {
    int rows = (int) features.size(0);
    double[] logits = Tensors.values(model.forward(features, all(rows, column), false));
    int own = 2 * column + 2;
    double[] values = new double[rows * own];
    for (int n = 0; n < rows; n++) {
      System.arraycopy(logits, n * model.classes(), values, n * own, own);
    }
    return Vectors.sha256(Tensors.of(DataType.DOUBLE, values, values.length));
  }

  /** Frozen adapters of different widths work in one array, and shards must not meet in it. */
  @Example
  void manyColumnsAndShardsKeepEveryBit() {
    RandomSource random = new RandomSource(1);
    ConvolutionLayers shape =
        ConvolutionLayers.of(new long[] {1, 8, 8}, new int[] {8, 6}, 3, new int[] {2, 2}, 20, 2);
    int rows = 256;
    assertThat(Sharding.ofImages(rows, shape.multiplications()).count()).isEqualTo(16);
    try (Workers two = new Workers(2);
        ProgressiveColumns model = columns(shape, DataType.FLOAT, 0, random, two)) {
      INDArray features = Tensors.random(DataType.FLOAT, random, rows, 1, 8, 8);
      List<String> outputs = new ArrayList<>();
      for (int k = 0; k < 8; k++) {
        if (k > 0) {
          model.add(random);
        }
        for (int c = 0; c <= k; c++) {
          String now = Vectors.sha256(model.forward(features, all(rows, c), false));
          if (c == k) {
            outputs.add(now);
          }
          assertThat(now).isEqualTo(outputs.get(c));
        }
      }
    }
  }

  @Example
  void threadsShowInNoBit() {
    List<String> one = run(1);
    assertThat(run(2)).isEqualTo(one);
    assertThat(run(3)).isEqualTo(one);
  }

  private List<String> run(int threads) {
    RandomSource random = new RandomSource(5);
    ConvolutionLayers shape =
        ConvolutionLayers.of(
            new long[] {1, 10, 10}, new int[] {12, 20}, 3, new int[] {2, 2}, 20, 7);
    List<String> bits = new ArrayList<>();
    try (Workers several = new Workers(threads);
        ProgressiveColumns model = columns(shape, DataType.FLOAT, 0, random, several)) {
      model.add(random);
      model.add(random);
      int rows = 64;
      assertThat(Sharding.ofImages(rows, shape.multiplications()).count()).isEqualTo(8);
      Batch batch = batch(shape, DataType.FLOAT, rows, all(rows, 2), random);
      INDArray delta = Vectors.create(DataType.FLOAT, rows, 7);
      INDArray gradient = Vectors.create(DataType.FLOAT, model.parameters().length());
      Sgd sgd = new Sgd(new Sgd.Settings(0.1, 0.9));
      Runnable step =
          () -> {
            INDArray logits = model.forward(batch.features(), batch.tasks(), true);
            objective.loss(batch, logits, delta);
            model.backward(delta, gradient);
            sgd.step(model.parameters(), gradient, Optional.empty());
          };
      for (int i = 0; i < 10; i++) {
        step.run();
        bits.add(Vectors.sha256(gradient));
        bits.add(Vectors.sha256(model.parameters()));
      }
    }
    return bits;
  }

  @Example
  void newClassesLeaveTheOldOnesAlone() {
    RandomSource random = new RandomSource(9);
    ConvolutionLayers shape =
        ConvolutionLayers.of(new long[] {1, 4, 4}, new int[] {2, 3}, 3, new int[] {1, 2}, 2);
    try (ProgressiveColumns model = columns(shape, DataType.DOUBLE, 0, random, workers)) {
      model.add(random);
      shake(model, random);
      INDArray features = Tensors.random(DataType.DOUBLE, random, 3, 1, 4, 4);
      double[] before = Tensors.values(model.forward(features, all(3, 1), false));
      INDArray old = Vectors.copyOf(model.parameters());
      ParameterMap map = model.growClasses(4, random);
      double[] carried = Tensors.values(map.remap(old, ParameterMap.Quantity.PARAMETER));
      double[] now = Tensors.values(model.parameters());
      int fresh = 0;
      for (int i = 0; i < now.length; i++) {
        fresh += map.source(i) < 0 ? 1 : 0;
        assertThat(map.source(i) < 0 || now[i] == carried[i]).isTrue();
      }
      int features3x2x2 = 12;
      assertThat(fresh).isEqualTo(2 * (features3x2x2 + 1 + 3));
      double[] after = Tensors.values(model.forward(features, all(3, 1), false));
      for (int n = 0; n < 3; n++) {
        for (int c = 0; c < 2; c++) {
          assertThat(after[n * 4 + c]).isCloseTo(before[n * 2 + c], within(1e-13));
        }
      }
    }
  }

  @Example
  void parametersGrowAsTheFormulaSays() {
    RandomSource random = new RandomSource(9);
    ConvolutionLayers shape =
        ConvolutionLayers.of(new long[] {1, 8, 8}, new int[] {6, 8}, 3, new int[] {2, 2}, 10, 2);
    long plain = shape.size();
    for (int adapterWidth : new int[] {0, 5}) {
      try (ProgressiveColumns model =
          columns(shape, DataType.FLOAT, adapterWidth, random, workers)) {
        long expected = plain;
        for (int k = 1; k < 7; k++) {
          model.add(random);
          expected += plain + lateral(k, adapterWidth, 6, 6, 9 * 8);
          expected += lateral(k, adapterWidth, 8, 8 * 4, 10);
          expected += lateral(k, adapterWidth, 10, 10, 2);
          assertThat(model.parameterCount()).isEqualTo(expected);
        }
      }
    }
  }

  /** k + a k e + a + a o, of a layer that takes u units or channels. */
  private static long lateral(int k, int adapterWidth, int u, int e, int o) {
    long a = adapterWidth > 0 ? adapterWidth : (u + k - 1) / k;
    return k + a * k * e + a + a * o;
  }

  @Example
  void copyAndRestoreKeepEveryBit() {
    RandomSource random = new RandomSource(4);
    ConvolutionLayers shape =
        ConvolutionLayers.of(new long[] {1, 5, 5}, new int[] {3, 4}, 3, new int[] {1, 2}, 4, 2);
    ConvolutionLayers wider =
        ConvolutionLayers.of(new long[] {1, 5, 5}, new int[] {3, 5}, 3, new int[] {1, 2}, 4, 2);
    try (ProgressiveColumns model = columns(shape, DataType.FLOAT, 0, random, workers);
        ProgressiveColumns other = columns(shape, DataType.FLOAT, 0, random, workers);
        ProgressiveColumns third = columns(wider, DataType.FLOAT, 0, random, workers)) {
      model.add(random);
      model.growClasses(4, random);
      model.add(random);
      State saved = model.save();
      other.restore(saved);
      INDArray features = Tensors.random(DataType.FLOAT, random, 6, 1, 5, 5);
      int[] tasks = {0, 2, 1, 1, 0, 2};
      String bits = Vectors.sha256(model.forward(features, tasks, false));
      assertThat(other.parameterCount()).isEqualTo(model.parameterCount());
      assertThat(Vectors.sha256(other.forward(features, tasks, false))).isEqualTo(bits);
      try (Model copy = model.copy()) {
        shake(model, random);
        assertThat(Vectors.sha256(copy.forward(features, tasks, false))).isEqualTo(bits);
        assertThat(Vectors.sha256(model.forward(features, tasks, false))).isNotEqualTo(bits);
      }
      assertThatThrownBy(() -> third.restore(saved))
          .hasMessageContaining("channels [3, 4]")
          .hasMessageContaining("these have [3, 5]");
      assertThat(third.size()).isEqualTo(1);
    }
  }
}
