package io.perennial.models;

import io.perennial.api.Batch;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One training step (forward, loss, backward, plain SGD) of a 784-h-h-10 network on one thread and
 * on two, and its eight matrix products alone on one: as the step makes them, and all by OpenBLAS.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class StepBenchmark {
  private static final int INPUTS = 784;
  private static final int CLASSES = 10;

  /** Hidden units and rows of a batch. */
  @Param({"256/128", "400/128", "1000/128", "100/10"})
  public String network = "";

  private final RandomSource random = new RandomSource(1);
  private final Workers one = new Workers(1);
  private final Workers two = new Workers(2);
  private List<Runnable> products = List.of();
  private List<Runnable> plain = List.of();
  private Runnable single = () -> {};
  private Runnable shared = () -> {};

  /** Makes networks, batch and products. */
  @Setup
  public void prepare() {
    NativeSetup.ensure();
    int slash = network.indexOf('/');
    int hidden = Integer.parseInt(network.substring(0, slash));
    int rows = Integer.parseInt(network.substring(slash + 1));
    products = products(false, rows, INPUTS, hidden, hidden, CLASSES);
    plain = products(true, rows, INPUTS, hidden, hidden, CLASSES);
    INDArray features = Tensors.random(DataType.FLOAT, random, rows, INPUTS);
    single = training(one, hidden, features);
    shared = training(two, hidden, features);
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    one.close();
    two.close();
  }

  /** The step's products alone. */
  @Benchmark
  public void products() {
    products.forEach(Runnable::run);
  }

  /** The same, all by OpenBLAS. */
  @Benchmark
  public void plainProducts() {
    plain.forEach(Runnable::run);
  }

  /** The step, on one thread. */
  @Benchmark
  public void step() {
    single.run();
  }

  /** The step, on two threads. */
  @Benchmark
  public void stepOnTwoThreads() {
    shared.run();
  }

  private Runnable training(Workers workers, int hidden, INDArray features) {
    int rows = (int) features.size(0);
    Mlp model =
        new Mlp(
            new long[] {INPUTS},
            List.of(hidden, hidden),
            CLASSES,
            Activation.RELU,
            DataType.FLOAT,
            random,
            workers);
    Batch batch = Tensors.batch(features, random.ints(rows, 0, CLASSES).toArray(), CLASSES);
    INDArray delta = Vectors.create(DataType.FLOAT, rows, CLASSES);
    INDArray gradient = Vectors.create(DataType.FLOAT, model.parameters().length());
    CrossEntropy objective = new CrossEntropy();
    Sgd optimizer = new Sgd(new Sgd.Settings(0.01, 0), workers);
    return () -> {
      INDArray logits = model.forward(features, batch.tasks(), true);
      objective.loss(batch, logits, delta);
      model.backward(delta, gradient);
      optimizer.step(model.parameters(), gradient, Optional.empty());
    };
  }

  /** The products of one step, over the whole batch, in the shapes the step makes them in. */
  private List<Runnable> products(boolean byOpenBlas, int rows, int... widths) {
    List<Runnable> all = new ArrayList<>();
    for (int l = 0; l < widths.length - 1; l++) {
      int in = widths[l];
      int out = widths[l + 1];
      FloatPointer x = matrix(rows, in);
      FloatPointer w = matrix(out, in);
      FloatPointer z = matrix(rows, out);
      FloatPointer g = matrix(out, in);
      all.add(() -> product(byOpenBlas, false, true, rows, out, in, x, w, z));
      all.add(() -> product(byOpenBlas, true, false, out, in, rows, z, x, g));
      if (l > 0) {
        all.add(() -> product(byOpenBlas, false, false, rows, in, out, z, w, x));
      }
    }
    return all;
  }

  private FloatPointer matrix(int rows, int columns) {
    INDArray values = Tensors.random(DataType.FLOAT, random, rows, columns);
    return new FloatPointer(Vectors.readFloats(values));
  }

  private static void product(
      boolean byOpenBlas,
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      FloatPointer a,
      FloatPointer b,
      FloatPointer c) {
    int lda = transposeA ? m : k;
    int ldb = transposeB ? k : n;
    if (byOpenBlas) {
      Gemm.byOpenBlas(transposeA, transposeB, m, n, k, a, lda, b, ldb, 0, c, n);
    } else {
      Gemm.multiply(transposeA, transposeB, m, n, k, a, lda, b, ldb, 0, c, n);
    }
  }
}
