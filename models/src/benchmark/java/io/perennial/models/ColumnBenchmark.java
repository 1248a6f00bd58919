package io.perennial.models;

import io.perennial.api.RandomSource;
import java.util.Arrays;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Progressive columns 784-256-256-10 on one thread, batch 128: the pass forward goes through all of
 * them, the pass back through the newest and its adapters.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ColumnBenchmark {
  private static final int BATCH = 128;
  private static final int CLASSES = 10;

  /** How many there are. */
  @Param({"1", "2", "4", "8"})
  public int columns = 1;

  private final RandomSource random = new RandomSource(1);
  private final Workers workers = new Workers(1);
  private final INDArray features = Tensors.random(DataType.FLOAT, random, BATCH, 784);
  private final INDArray delta = Tensors.random(DataType.FLOAT, random, BATCH, CLASSES);
  private final int[] tasks = new int[BATCH];
  private final ProgressiveColumns model =
      new ProgressiveColumns(
          new Mlp(
              new long[] {784},
              List.of(256, 256),
              CLASSES,
              Activation.RELU,
              DataType.FLOAT,
              random,
              workers),
          0);
  private INDArray gradient = Vectors.create(DataType.FLOAT, 1);

  /** Adds the other columns; all rows are the newest one's. */
  @Setup
  public void prepare() {
    for (int k = 1; k < columns; k++) {
      model.add(random);
    }
    Arrays.fill(tasks, columns - 1);
    gradient = Vectors.create(DataType.FLOAT, model.parameters().length());
    model.forward(features, tasks, true);
  }

  /** Frees what was made. */
  @TearDown
  public void close() {
    model.close();
    workers.close();
  }

  /** Through all columns. */
  @Benchmark
  public INDArray forward() {
    return model.forward(features, tasks, true);
  }

  /** Through all columns, and back through the newest. */
  @Benchmark
  public void forwardAndBackward() {
    model.forward(features, tasks, true);
    model.backward(delta, gradient);
  }
}
