package io.perennial.models;

import io.perennial.api.Batch;
import io.perennial.api.PerExampleGradients.Power;
import io.perennial.api.RandomSource;
import java.util.Collections;
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
 * The sum of squared gradients of single examples, one direction (the empirical Fisher) and ten
 * (the exact one of ten classes), over the same examples as a training step, and as a loop over
 * batches of one example. An epoch's ratios are those of its batches.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FisherBenchmark {
  private static final int CLASSES = 10;

  /** Of the workers. */
  @Param({"1", "2"})
  public int threads = 1;

  /** Of a batch. */
  @Param("128")
  public int rows = 128;

  private final RandomSource random = new RandomSource(1);
  private Workers workers = new Workers(1);
  private Made made = new Made();

  /** A network 784-400-400-10 and its rows. */
  private final class Made {
    final Mlp model;
    final INDArray features = Tensors.random(DataType.FLOAT, random, rows, 784);
    final INDArray single = Tensors.random(DataType.FLOAT, random, 1, 784);
    final Batch batch = Tensors.batch(features, random.ints(rows, 0, CLASSES).toArray(), CLASSES);
    final INDArray delta = Vectors.create(DataType.FLOAT, rows, CLASSES);
    final INDArray singleDelta = Tensors.random(DataType.FLOAT, random, 1, CLASSES);
    final INDArray direction = Tensors.random(DataType.FLOAT, random, rows, CLASSES);
    final INDArray gradient;
    final INDArray sums;
    final Sgd optimizer = new Sgd(new Sgd.Settings(0.001, 0), workers);
    final CrossEntropy objective = new CrossEntropy();

    Made() {
      NativeSetup.ensure();
      model =
          new Mlp(
              new long[] {784},
              List.of(400, 400),
              CLASSES,
              Activation.RELU,
              DataType.FLOAT,
              random,
              workers);
      gradient = Vectors.create(DataType.FLOAT, model.parameters().length());
      sums = Vectors.create(DataType.FLOAT, gradient.length());
    }
  }

  /** Makes everything with the threads asked for. */
  @Setup
  public void prepare() {
    workers.close();
    workers = new Workers(threads);
    made = new Made();
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    workers.close();
  }

  /** A training step, to compare with. */
  @Benchmark
  public void step() {
    INDArray logits = made.model.forward(made.features, made.batch.tasks(), true);
    made.objective.loss(made.batch, logits, made.delta);
    made.model.backward(made.delta, made.gradient);
    made.optimizer.step(made.model.parameters(), made.gradient, Optional.empty());
  }

  /** Squares for one label an example. */
  @Benchmark
  public void empirical() {
    squares(1);
  }

  /** Squares for ten labels an example. */
  @Benchmark
  public void exact() {
    squares(CLASSES);
  }

  /** The mean gradient of the batch, squared. */
  @Benchmark
  public void batch() {
    made.model.forward(made.features, made.batch.tasks(), false);
    made.model.backward(made.direction, made.gradient);
    Vectors.addSquare(made.sums, 1, made.gradient, workers);
  }

  /** The empirical one, example by example: times the rows for what the others do in one call. */
  @Benchmark
  public void oneExample() {
    made.model.forward(made.single, made.batch.tasks(), false);
    made.model.backward(made.singleDelta, made.gradient);
    Vectors.addSquare(made.sums, 1, made.gradient);
  }

  private void squares(int directions) {
    made.model.forward(made.features, made.batch.tasks(), false);
    made.model.accumulate(Collections.nCopies(directions, made.direction), Power.SQUARE, made.sums);
  }
}
