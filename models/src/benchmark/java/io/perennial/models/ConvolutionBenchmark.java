package io.perennial.models;

import io.perennial.api.Batch;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Forward, loss and backward of a convolutional network (32 and 64 channels, 128 hidden units, 10
 * classes, 28x28, 64 rows) on one thread and on two, and its products alone on one.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ConvolutionBenchmark {
  private static final int ROWS = 64;
  private static final ConvolutionLayers SHAPE =
      ConvolutionLayers.of(
          new long[] {1, 28, 28}, new int[] {32, 64}, 3, new int[] {2, 2}, 128, 10);

  private final Kernels<?> kernels = Kernels.of(DataType.FLOAT);
  private final RandomSource random = new RandomSource(1);
  private final INDArray features = Tensors.random(DataType.FLOAT, random, ROWS, 1, 28, 28);
  private final List<Runnable> products = new ArrayList<>();
  private final Workers one = new Workers(1);
  private final Workers two = new Workers(2);
  private final Runnable single = pass(one);
  private final Runnable shared = pass(two);

  /** Makes the products. */
  @Setup
  public void prepare() {
    NativeSetup.ensure();
    collectProducts();
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    one.close();
    two.close();
  }

  /** The products alone. */
  @Benchmark
  public void products() {
    products.forEach(Runnable::run);
  }

  /** The pass, on one thread. */
  @Benchmark
  public void pass() {
    single.run();
  }

  /** The pass, on two threads. */
  @Benchmark
  public void passOnTwoThreads() {
    shared.run();
  }

  private Runnable pass(Workers workers) {
    ConvolutionalNetwork model =
        new ConvolutionalNetwork(SHAPE, Initialization.SCALED, 0, DataType.FLOAT, random, workers);
    Batch batch = Tensors.batch(features, random.ints(ROWS, 0, 10).toArray(), 10);
    INDArray delta = Vectors.create(DataType.FLOAT, ROWS, 10);
    INDArray gradient = Vectors.create(DataType.FLOAT, model.parameters().length());
    CrossEntropy objective = new CrossEntropy();
    return () -> {
      INDArray logits = model.forward(features, batch.tasks(), true);
      objective.loss(batch, logits, delta);
      model.backward(delta, gradient);
    };
  }

  /** The products of one pass, in the shapes it makes them in, on one thread. */
  private void collectProducts() {
    for (int l = 0; l < 2; l++) {
      ConvolutionLayer layer = SHAPE.convolutions().get(l);
      Patches patches = new Patches(layer);
      for (int k = 0; k < patches.products() * ROWS; k++) {
        add(layer.positions(), patches.width(), layer.filters(), l > 0, k == 0);
      }
    }
    for (int l = 0; l < 2; l++) {
      add(ROWS, SHAPE.dense().inputs(l), SHAPE.dense().outputs(l), true, true);
    }
  }

  private Memory x = vector(1);
  private Memory w = vector(1);
  private Memory z = vector(1);
  private Memory g = vector(1);
  private Memory e = vector(1);

  private void add(int rows, int in, int out, boolean back, boolean fresh) {
    if (fresh) {
      x = vector(rows * in);
      w = vector(out * in);
      z = vector(rows * out);
      g = vector(out * in);
      e = vector(rows * in);
    }
    Memory a = x;
    Memory b = w;
    Memory c = z;
    Memory d = g;
    Memory to = e;
    products.add(() -> kernels.gemm(false, true, rows, out, in, a, in, b, in, 0, c, out));
    products.add(() -> kernels.gemm(true, false, out, in, rows, c, out, a, in, 0, d, in));
    if (back) {
      products.add(() -> kernels.gemm(false, false, rows, in, out, c, out, b, in, 0, to, in));
    }
  }

  private Memory vector(int length) {
    return Memory.of(Tensors.random(DataType.FLOAT, random, length));
  }
}
