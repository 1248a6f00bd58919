package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.perennial.api.Batch;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.RandomSource;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A step reuses what the first one made. */
class AllocationTest {
  @Test
  void stepAllocatesNothingOutsideTheHeapAndLittleOnIt() {
    RandomSource random = new RandomSource(1);
    try (Workers workers = new Workers(2);
        Mlp model =
            new Mlp(
                new long[] {100},
                List.of(200, 150),
                7,
                Activation.RELU,
                DataType.FLOAT,
                random,
                workers)) {
      int rows = 128;
      int[] labels = random.ints(rows, 0, 7).toArray();
      Batch batch = Tensors.batch(Tensors.random(DataType.FLOAT, random, rows, 100), labels, 7);
      INDArray delta = Vectors.create(DataType.FLOAT, rows, 7);
      INDArray gradient = Vectors.create(DataType.FLOAT, model.parameters().length());
      ConsolidatedPenalty penalty = new ConsolidatedPenalty();
      penalty.merge(gradient, model.parameters());
      List<QuadraticPenalty> penalties = List.of(penalty.quadratic(1));
      Adam adam = new Adam(new Adam.Settings(0.001, 0.9, 0.999, 1e-8));
      CrossEntropy objective = new CrossEntropy();
      Runnable step =
          () -> {
            INDArray logits = model.forward(batch.features(), batch.tasks(), true);
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
      long heap0 = heapBytes();
      int steps = 100;
      for (int i = 0; i < steps; i++) {
        step.run();
      }
      long heap = (heapBytes() - heap0) / steps;
      assertThat(nativeObjects() - made0).isEqualTo(1); // The counting itself.
      assertThat(Pointer.totalBytes()).isEqualTo(pointers0);
      assertThat(heap).isLessThan(3_000);
    }
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
