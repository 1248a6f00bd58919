package io.perennial.models;

import io.perennial.api.Batch;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The time of one training step (forward, loss, backward, plain SGD) of a 784-256-256-10 network
 * beside that of its eight matrix products alone, on one thread and on two, in the same run. Not
 * part of the tests, but run like one:
 *
 * <pre>{@code
 * mvn -q -pl models -am test -Dtest=StepBenchmark -Dsurefire.failIfNoSpecifiedTests=false
 * }</pre>
 */
class StepBenchmark {
  private static final int[] WIDTHS = {784, 256, 256, 10};
  private static final int BATCH = 128;
  private static final int STEPS = 5;
  private static final int ROUNDS = 600;

  private final RandomSource random = new RandomSource(1);
  private final INDArray features = Tensors.random(DataType.FLOAT, random, BATCH, WIDTHS[0]);

  @Test
  void step() {
    NativeSetup.Report report = NativeSetup.ensure();
    System.out.printf("%s, OpenBLAS kernel %s%n", report.cpu(), report.actualKernel());
    try (Workers one = new Workers(1);
        Workers two = new Workers(2)) {
      // Interleaved and in short pieces, because other work on the machine comes and goes.
      Runnable products = products();
      Runnable single = training(one);
      Runnable shared = training(two);
      double bestProducts = Double.MAX_VALUE;
      double bestSingle = Double.MAX_VALUE;
      double bestShared = Double.MAX_VALUE;
      for (int round = 0; round < ROUNDS; round++) {
        bestProducts = Math.min(bestProducts, milliseconds(products));
        bestSingle = Math.min(bestSingle, milliseconds(single));
        bestShared = Math.min(bestShared, milliseconds(shared));
      }
      System.out.printf(
          "products alone %.3f ms; step on 1 thread %.3f ms (products/step %.2f), on 2 threads"
              + " %.3f ms (%.2f)%n",
          bestProducts,
          bestSingle,
          bestProducts / bestSingle,
          bestShared,
          bestProducts / bestShared);
    }
  }

  private static double milliseconds(Runnable step) {
    long start = System.nanoTime();
    for (int i = 0; i < STEPS; i++) {
      step.run();
    }
    return (System.nanoTime() - start) / 1e6 / STEPS;
  }

  private Runnable training(Workers workers) {
    Mlp model =
        new Mlp(
            new long[] {WIDTHS[0]},
            List.of(WIDTHS[1], WIDTHS[2]),
            WIDTHS[3],
            Activation.RELU,
            DataType.FLOAT,
            random,
            workers);
    int[] labels = random.ints(BATCH, 0, WIDTHS[3]).toArray();
    Batch batch = Tensors.batch(features, labels, WIDTHS[3]);
    INDArray delta = Vectors.create(DataType.FLOAT, BATCH, WIDTHS[3]);
    INDArray gradient = Vectors.create(DataType.FLOAT, model.parameters().length());
    CrossEntropy objective = new CrossEntropy();
    Sgd optimizer = new Sgd(new Sgd.Settings(0.01, 0));
    return () -> {
      INDArray logits = model.forward(features, batch.tasks(), true);
      objective.loss(batch, logits, delta);
      model.backward(delta, gradient);
      optimizer.step(model.parameters(), gradient, Optional.empty());
    };
  }

  /** The products of one step, over the whole batch, on one thread. */
  private Runnable products() {
    Kernels<?> kernels = Kernels.of(DataType.FLOAT);
    List<Runnable> all = new ArrayList<>();
    for (int l = 0; l < WIDTHS.length - 1; l++) {
      int in = WIDTHS[l];
      int out = WIDTHS[l + 1];
      Memory x = Memory.of(Tensors.random(DataType.FLOAT, random, BATCH, in));
      Memory w = Memory.of(Tensors.random(DataType.FLOAT, random, out, in));
      Memory z = Memory.of(Tensors.random(DataType.FLOAT, random, BATCH, out));
      Memory g = Memory.of(Vectors.create(DataType.FLOAT, out, in));
      all.add(() -> kernels.gemm(false, true, BATCH, out, in, x, in, w, in, 0, z, out));
      all.add(() -> kernels.gemm(true, false, out, in, BATCH, z, out, x, in, 0, g, in));
      if (l > 0) {
        all.add(() -> kernels.gemm(false, false, BATCH, in, out, z, out, w, in, 0, x, in));
      }
    }
    return () -> all.forEach(Runnable::run);
  }
}
