package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.perennial.api.Batch;
import io.perennial.api.Model;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.RandomSource;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A step reuses what the first one made. */
class AllocationTest {
  private static final int ROWS = 128;

  private final RandomSource random = new RandomSource(1);

  @Test
  void stepAllocatesNothingOutsideTheHeapAndLittleOnIt() {
    try (Workers workers = new Workers(2);
        Mlp plain = mlp(0, workers);
        Mlp dropping = mlp(0.5, workers);
        ConvolutionalNetwork convolutional =
            new ConvolutionalNetwork(
                new long[] {1, 10, 10},
                new ConvolutionalNetworkFactory.Settings(
                    List.of(4, 22), 3, 2, List.of(20), 0.5, Initialization.SCALED),
                7,
                DataType.FLOAT,
                random,
                workers);
        ProgressiveColumns denseColumns = columns(new ProgressiveColumns(mlp(0, workers), 0));
        ProgressiveColumns convolutionalColumns =
            columns(new ProgressiveColumns(convolutional.copy(), 0))) {
      assertNothingAllocated(denseColumns, new Adam.Settings(0.001, 0.9, 0.999, 1e-8));
      assertNothingAllocated(convolutionalColumns, new Adam.Settings(0.001, 0.9, 0.999, 1e-8));
      assertNothingAllocated(plain, new Adam.Settings(0.001, 0.9, 0.999, 1e-8));
      assertNothingAllocated(
          dropping, new Adam.Settings(0.001, 0.9, 0.999, 1e-8, 0.1, 0.1, Schedule.LINEAR, 1000));
      assertNothingAllocated(convolutional, new Adam.Settings(0.001, 0.9, 0.999, 1e-8));
    }
  }

  private ProgressiveColumns columns(ProgressiveColumns first) {
    first.add(random);
    first.add(random);
    return first;
  }

  private Mlp mlp(double dropout, Workers workers) {
    return new Mlp(
        new long[] {100},
        new MlpFactory.Settings(List.of(200, 150), Activation.RELU, dropout, Initialization.SCALED),
        7,
        DataType.FLOAT,
        random,
        workers);
  }

  @Test
  void aStepOnStoriesAllocatesNothingEither() {
    MemoryNetworkFactory.Settings settings =
        new MemoryNetworkFactory.Settings(20, 3, Tying.ADJACENT, true, true, 0.1, true);
    try (Workers workers = new Workers(2);
        MemoryNetwork reader =
            new MemoryNetwork(new long[] {10, 10}, settings, 7, DataType.FLOAT, random, workers)) {
      reader.growWords(30, random);
      double[] words = random.ints(ROWS * 100, 0, 31).asDoubleStream().toArray();
      assertNothingAllocated(
          reader,
          Tensors.of(DataType.FLOAT, words, ROWS, 10, 10),
          new Adam.Settings(0.001, 0.9, 0.999, 1e-8));
    }
  }

  private void assertNothingAllocated(Model model, Adam.Settings settings) {
    assertNothingAllocated(model, Tensors.random(DataType.FLOAT, random, ROWS, 100), settings);
  }

  private void assertNothingAllocated(Model model, INDArray features, Adam.Settings settings) {
    int[] labels = random.ints(ROWS, 0, 7).toArray();
    Batch batch = Tensors.batch(features, labels, 7);
    int[] tasks = new int[ROWS];
    Arrays.fill(tasks, model instanceof ProgressiveColumns columns ? columns.size() - 1 : 0);
    INDArray delta = Vectors.create(DataType.FLOAT, ROWS, 7);
    INDArray gradient = Vectors.create(DataType.FLOAT, model.parameters().length());
    ConsolidatedPenalty penalty = new ConsolidatedPenalty();
    penalty.merge(gradient, model.parameters());
    List<QuadraticPenalty> penalties = List.of(penalty.quadratic(1));
    Adam adam = new Adam(settings);
    CrossEntropy objective = new CrossEntropy();
    Runnable step =
        () -> {
          INDArray logits = model.forward(batch.features(), tasks, true);
          objective.loss(batch, logits, delta);
          model.backward(delta, gradient);
          penalty.addGradient(1, model.parameters(), gradient);
          adam.step(model.parameters(), gradient, Optional.empty());
          adam.implicitStep(model.parameters(), penalties);
        };
    for (int i = 0; i < 50; i++) {
      step.run();
    }
    long pointers0 = Pointer.totalBytes();
    long made0 = nativeObjects();
    long heap = Long.MAX_VALUE;
    // The least of some rounds: code that is not compiled yet makes iterators and the like.
    for (int round = 0; round < 10 && heap >= 3_000; round++) {
      long heap0 = heapBytes();
      int steps = 100;
      for (int i = 0; i < steps; i++) {
        step.run();
      }
      heap = Math.min(heap, (heapBytes() - heap0) / steps);
    }
    assertThat(nativeObjects() - made0).isEqualTo(1); // The counting itself.
    assertThat(Pointer.totalBytes()).isEqualTo(pointers0);
    assertThat(heap).isLessThan(3_000);
  }

  /** ND4J numbers every buffer and every operation's context that it makes; so does this call. */
  private static long nativeObjects() {
    return Nd4j.getDeallocatorService().nextValue();
  }

  @Test
  void nativeObjectsAreCounted() {
    long before = nativeObjects();
    Vectors.create(DataType.FLOAT, 3).close();
    assertThat(nativeObjects() - before).isGreaterThan(1);
  }

  private static long heapBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }
}
