package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.perennial.api.Batch;
import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import java.lang.management.ManagementFactory;
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

class ProgressiveColumnsTest {
  private final Workers workers = new Workers(1);
  private final CrossEntropy objective = new CrossEntropy();

  private static ProgressiveColumns columns(
      Workers workers,
      List<Integer> hidden,
      int classes,
      Activation activation,
      DataType type,
      int adapterWidth,
      int inputs,
      RandomSource random) {
    return new ProgressiveColumns(
        new Mlp(new long[] {inputs}, hidden, classes, activation, type, random, workers),
        adapterWidth);
  }

  /** Biases, too, are not 0. */
  private static void shake(ProgressiveColumns model, RandomSource random) {
    double[] theta = Tensors.values(model.parameters());
    for (int i = 0; i < theta.length; i++) {
      theta[i] += 0.2 * random.nextGaussian();
    }
    Vectors.write(theta, model.parameters());
  }

  @Property(tries = 60)
  void gradientEqualsFiniteDifferences(
      @ForAll @Size(max = 3) List<@IntRange(min = 1, max = 5) Integer> hidden,
      @ForAll Activation activation,
      @ForAll @IntRange(min = 1, max = 7) int rows,
      @ForAll @IntRange(min = 1, max = 4) int count,
      @ForAll @IntRange(min = 0, max = 3) int adapterWidth,
      @ForAll boolean mixed,
      @ForAll int seed) {
    RandomSource random = new RandomSource(seed);
    try (ProgressiveColumns model =
        columns(workers, hidden, 3, activation, DataType.DOUBLE, adapterWidth, 6, random)) {
      for (int c = 1; c < count; c++) {
        shake(model, random);
        model.add(random);
      }
      shake(model, random);
      int[] tasks = new int[rows];
      Arrays.setAll(tasks, n -> mixed && n > 0 ? random.nextInt(count) : count - 1);
      Batch batch = batch(random, rows, 6, 3, tasks);
      FiniteDifferences.assertGradient(model, batch);
    }
  }

  private static Batch batch(RandomSource random, int rows, int width, int classes, int[] tasks) {
    INDArray features = Tensors.random(DataType.DOUBLE, random, rows, width);
    return Tensors.batch(features, random.ints(rows, 0, classes).toArray(), tasks, classes);
  }

  /** Equation 2 of the paper, written out for two columns. */
  @Example
  void secondColumnComputesThePapersEquation() {
    RandomSource random = new RandomSource(2);
    try (ProgressiveColumns model =
        columns(workers, List.of(3), 2, Activation.TANH, DataType.DOUBLE, 2, 4, random)) {
      shake(model, random);
      double[] first = Tensors.values(model.parameters());
      model.add(random);
      shake(model, random);
      double[] second = Tensors.values(model.parameters());
      INDArray features = Tensors.random(DataType.DOUBLE, random, 1, 4);
      double[] x = Tensors.values(features);
      double[] h1 = hidden(first, x);
      double[] h2 = hidden(second, x);
      List<Model.Slice> layout = model.layout();
      assertThat(layout)
          .extracting(Model.Slice::name)
          .containsExactly(
              "layer0.weight",
              "layer0.bias",
              "output.weight",
              "output.bias",
              "output.lateral.scale",
              "output.lateral.projection",
              "output.lateral.bias",
              "output.lateral.weight");
      int[] at = layout.stream().mapToInt(slice -> (int) slice.offset()).toArray();
      double[] logits = Tensors.values(model.forward(features, new int[] {1}, false));
      for (int c = 0; c < 2; c++) {
        double expected = second[at[3] + c];
        for (int i = 0; i < 3; i++) {
          expected += second[at[2] + c * 3 + i] * h2[i];
        }
        for (int r = 0; r < 2; r++) {
          double z = second[at[6] + r];
          for (int i = 0; i < 3; i++) {
            z += second[at[4]] * second[at[5] + r * 3 + i] * h1[i];
          }
          expected += second[at[7] + c * 2 + r] * Math.max(z, 0);
        }
        assertThat(logits[c]).isCloseTo(expected, within(1e-13));
      }
    }
  }

  private static double[] hidden(double[] theta, double[] x) {
    double[] h = new double[3];
    for (int i = 0; i < 3; i++) {
      double z = theta[12 + i];
      for (int k = 0; k < 4; k++) {
        z += theta[i * 4 + k] * x[k];
      }
      h[i] = Math.tanh(z);
    }
    return h;
  }

  @Property(tries = 12)
  void oldColumnsKeepEveryBitAtAnySizeAndNumberOfThreads(
      @ForAll @IntRange(min = 1, max = 3) int threads,
      @ForAll @IntRange(min = 1, max = 300) int rows,
      @ForAll @IntRange(min = 0, max = 40) int adapterWidth,
      @ForAll int seed) {
    RandomSource random = new RandomSource(seed);
    try (Workers several = new Workers(threads);
        ProgressiveColumns model =
            columns(
                several,
                List.of(120, 90),
                2,
                Activation.RELU,
                DataType.FLOAT,
                adapterWidth,
                100,
                random)) {
      INDArray features = Tensors.random(DataType.FLOAT, random, rows, 100);
      List<String> outputs = new ArrayList<>();
      List<String> parameters = new ArrayList<>();
      for (int task = 0; task < 5; task++) {
        if (task > 0) {
          model.add(random);
          model.growClasses(2 * task + 2, random);
        }
        train(model, features, task, random);
        for (int c = 0; c <= task; c++) {
          String now = firstColumns(model, features, c);
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
    for (int step = 0; step < 3; step++) {
      int[] tasks = new int[rows];
      Arrays.fill(tasks, task);
      int[] labels = random.ints(rows, 0, model.classes()).toArray();
      Batch batch = Tensors.batch(features, labels, model.classes());
      objective.loss(batch, model.forward(features, tasks, true), delta);
      model.backward(delta, gradient);
      sgd.step(model.parameters(), gradient, Optional.empty());
    }
  }

  /** The bits of a column's own classes. */
  private static String firstColumns(ProgressiveColumns model, INDArray features, int column) {
    int rows = (int) features.size(0);
    int[] tasks = new int[rows];
    Arrays.fill(tasks, column);
    double[] logits = Tensors.values(model.forward(features, tasks, false));
    int own = 2 * column + 2;
    double[] values = new double[rows * own];
    for (int n = 0; n < rows; n++) {
      System.arraycopy(logits, n * model.classes(), values, n * own, own);
      for (int c = own; c < model.classes(); c++) {
        assertThat((float) logits[n * model.classes() + c])
            .isEqualTo((float) TaskModels.CANNOT_WIN);
      }
    }
    return Vectors.sha256(Tensors.of(DataType.DOUBLE, values, values.length));
  }

  @Example
  void threadsShowInNoBitAndAStepAllocatesNothing() {
    List<String> one = run(1);
    assertThat(run(2)).isEqualTo(one);
    assertThat(run(3)).isEqualTo(one);
  }

  private List<String> run(int threads) {
    RandomSource random = new RandomSource(5);
    List<String> bits = new ArrayList<>();
    try (Workers several = new Workers(threads);
        ProgressiveColumns model =
            columns(
                several, List.of(200, 150), 7, Activation.RELU, DataType.FLOAT, 0, 100, random)) {
      model.add(random);
      model.add(random);
      int rows = 128;
      INDArray features = Tensors.random(DataType.FLOAT, random, rows, 100);
      int[] labels = random.ints(rows, 0, 7).toArray();
      Batch batch = Tensors.batch(features, labels, 7);
      int[] tasks = new int[rows];
      Arrays.fill(tasks, 2);
      INDArray delta = Vectors.create(DataType.FLOAT, rows, 7);
      INDArray gradient = Vectors.create(DataType.FLOAT, model.parameters().length());
      Sgd sgd = new Sgd(new Sgd.Settings(0.1, 0.9));
      Runnable step =
          () -> {
            INDArray logits = model.forward(features, tasks, true);
            objective.loss(batch, logits, delta);
            model.backward(delta, gradient);
            sgd.step(model.parameters(), gradient, Optional.empty());
          };
      for (int i = 0; i < 40; i++) {
        step.run();
        bits.add(Vectors.sha256(gradient));
        bits.add(Vectors.sha256(model.parameters()));
      }
      ThreadMXBean heap = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = heap.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 50; i++) {
        step.run();
      }
      assertThat((heap.getCurrentThreadAllocatedBytes() - before) / 50).isLessThan(10_000);
    }
    return bits;
  }

  @Example
  void newClassesLeaveTheOldOnesAlone() {
    RandomSource random = new RandomSource(9);
    try (ProgressiveColumns model =
        columns(workers, List.of(4, 3), 2, Activation.RELU, DataType.DOUBLE, 0, 5, random)) {
      model.add(random);
      shake(model, random);
      INDArray features = Tensors.random(DataType.DOUBLE, random, 3, 5);
      int[] tasks = {1, 1, 1};
      double[] before = Tensors.values(model.forward(features, tasks, false));
      INDArray old = Vectors.copyOf(model.parameters());
      ParameterMap map = model.growClasses(4, random);
      double[] carried = Tensors.values(map.remap(old, ParameterMap.Quantity.PARAMETER));
      double[] now = Tensors.values(model.parameters());
      int fresh = 0;
      for (int i = 0; i < now.length; i++) {
        fresh += map.source(i) < 0 ? 1 : 0;
        assertThat(map.source(i) < 0 || now[i] == carried[i]).isTrue();
      }
      assertThat(fresh).isEqualTo(2 * (3 + 1 + 3));
      double[] after = Tensors.values(model.forward(features, tasks, false));
      for (int n = 0; n < 3; n++) {
        for (int c = 0; c < 2; c++) {
          assertThat(after[n * 4 + c]).isCloseTo(before[n * 2 + c], within(1e-13));
        }
      }
      assertThat(model.growClasses(4, random).isIdentity()).isTrue();
    }
  }

  @Example
  void copyAndRestoreKeepEveryBit() {
    RandomSource random = new RandomSource(4);
    try (ProgressiveColumns model =
            columns(workers, List.of(6, 5), 2, Activation.RELU, DataType.FLOAT, 0, 5, random);
        ProgressiveColumns other =
            columns(workers, List.of(6, 5), 2, Activation.RELU, DataType.FLOAT, 0, 5, random)) {
      model.add(random);
      model.growClasses(4, random);
      model.add(random);
      other.restore(model.save());
      INDArray features = Tensors.random(DataType.FLOAT, random, 6, 5);
      int[] tasks = {0, 2, 1, 1, 0, 2};
      String bits = Vectors.sha256(model.forward(features, tasks, false));
      assertThat(other.parameterCount()).isEqualTo(model.parameterCount());
      assertThat(Vectors.sha256(other.forward(features, tasks, false))).isEqualTo(bits);
      try (Model copy = model.copy()) {
        shake(model, random);
        assertThat(Vectors.sha256(copy.forward(features, tasks, false))).isEqualTo(bits);
        assertThat(Vectors.sha256(model.forward(features, tasks, false))).isNotEqualTo(bits);
      }
      assertThatThrownBy(() -> model.forward(features, new int[] {0, 1, 2, 3, 0, 0}, false))
          .hasMessage("Each row must name one of the 3 tasks so far, not 3");
      assertThat(model.hasTask(2)).isTrue();
      assertThat(model.hasTask(3)).isFalse();
    }
  }
}
