package io.perennial.models;

import io.perennial.api.Batch;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
 * What replay costs beside the solver's own step, for a solver 784-400-400-10 with 128 real and 128
 * generated rows and a generator 784-400-400-100. The multiplications of solver and generator
 * together are 3.6 times the solver's.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GeneratorBenchmark {
  private static final int BATCH = 128;
  private static final int[] ENCODER_WIDTHS = {784, 400, 400, 200};
  private static final int[] DECODER_WIDTHS = {100, 400, 400, 784};

  /** Of the workers. */
  @Param({"1", "2"})
  public int threads = 1;

  private final RandomSource random = new RandomSource(1);
  private final double[] weights = new double[2 * BATCH];
  private final int[] unknown = new int[BATCH];
  private Workers workers = new Workers(1);
  private Made made = new Made(workers);

  /** Networks and rows. */
  private final class Made {
    final INDArray both = rows(2 * BATCH);
    final INDArray half = rows(BATCH);
    final Mlp solver;
    final VariationalAutoencoder generator;
    final INDArray gradient;
    final Adam adam;
    final Runnable onHalf;
    final Runnable onBoth;
    final List<Runnable> products = new ArrayList<>();

    Made(Workers workers) {
      NativeSetup.ensure();
      adam = new Adam(new Adam.Settings(0.001, 0.9, 0.999, 1e-8), workers);
      solver =
          new Mlp(
              new long[] {784},
              List.of(400, 400),
              10,
              Activation.RELU,
              DataType.FLOAT,
              random,
              workers);
      generator =
          new VariationalAutoencoder(
              new VariationalAutoencoder.Settings(
                  new long[] {784}, List.of(400, 400), 100, Likelihood.BERNOULLI),
              DataType.FLOAT,
              random,
              workers);
      gradient = Vectors.create(DataType.FLOAT, generator.parameters().length());
      onHalf = training(solver, half);
      onBoth = training(solver, both);
      addProducts(products, ENCODER_WIDTHS, false);
      addProducts(products, DECODER_WIDTHS, true);
    }
  }

  /** Makes everything with the threads asked for. */
  @Setup
  public void prepare() {
    Arrays.fill(weights, 0.5 / BATCH);
    workers.close();
    workers = new Workers(threads);
    made = new Made(workers);
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    workers.close();
  }

  /** The solver's step without replay. */
  @Benchmark
  public void solver() {
    made.onHalf.run();
  }

  /** The solver's step with as many generated rows as real ones. */
  @Benchmark
  public void solverWithReplay() {
    made.onBoth.run();
  }

  /** Generation of the replayed rows. */
  @Benchmark
  public void generation() {
    made.generator.generate(BATCH, random);
  }

  /** The replayed rows' labels. */
  @Benchmark
  public INDArray labels() {
    return made.solver.forward(made.half, unknown, false);
  }

  /** The generator's step on real and generated rows. */
  @Benchmark
  public void generator() {
    gradient();
    made.adam.step(made.generator.parameters(), made.gradient, Optional.empty());
  }

  /** Its loss and gradient alone. */
  @Benchmark
  public double gradient() {
    return made.generator.loss(made.both, unknown, weights, random, made.gradient);
  }

  /** Its products alone, on one thread. */
  @Benchmark
  public void products() {
    made.products.forEach(Runnable::run);
  }

  /** The products of a step in the shapes it makes them in, on one thread. */
  private void addProducts(List<Runnable> products, int[] widths, boolean inputGradient) {
    int rows = 2 * BATCH;
    Kernels<?> kernels = Kernels.of(DataType.FLOAT);
    for (int l = 0; l < widths.length - 1; l++) {
      int in = widths[l];
      int out = widths[l + 1];
      Memory x = vector(rows * in);
      Memory w = vector(out * in);
      Memory z = vector(rows * out);
      Memory g = vector(out * in);
      products.add(() -> kernels.gemm(false, true, rows, out, in, x, in, w, in, 0, z, out));
      products.add(() -> kernels.gemm(true, false, out, in, rows, z, out, x, in, 0, g, in));
      if (l > 0 || inputGradient) {
        products.add(() -> kernels.gemm(false, false, rows, in, out, z, out, w, in, 0, x, in));
      }
    }
  }

  private Memory vector(int length) {
    INDArray values = Vectors.create(DataType.FLOAT, length);
    Vectors.write(random.doubles(length, -0.01, 0.01).toArray(), values);
    return Memory.of(values);
  }

  private INDArray rows(int count) {
    return Tensors.of(DataType.FLOAT, random.doubles(count * 784L).toArray(), count, 784);
  }

  private Runnable training(Mlp solver, INDArray features) {
    int rows = (int) features.size(0);
    Batch batch = Tensors.batch(features, random.ints(rows, 0, 10).toArray(), 10);
    INDArray delta = Vectors.create(DataType.FLOAT, rows, 10);
    INDArray gradient = Vectors.create(DataType.FLOAT, solver.parameters().length());
    CrossEntropy objective = new CrossEntropy();
    Adam adam = new Adam(new Adam.Settings(0.001, 0.9, 0.999, 1e-8));
    return () -> {
      objective.loss(batch, solver.forward(features, batch.tasks(), true), delta);
      solver.backward(delta, gradient);
      adam.step(solver.parameters(), gradient, Optional.empty());
    };
  }
}
