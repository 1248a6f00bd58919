package io.perennial.models;

import io.perennial.api.Batch;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The time of one training step (forward, loss, backward, plain SGD) of 784-h-h-10 networks beside
 * that of its eight matrix products alone, on one thread and on two, in turns. Not part of the
 * tests, but run like one:
 *
 * <pre>{@code
 * mvn -q -pl models -am test -Dtest=StepBenchmark -Dsurefire.failIfNoSpecifiedTests=false
 * }</pre>
 */
class StepBenchmark {
  private static final int INPUTS = 784;
  private static final int CLASSES = 10;
  private static final int ROUNDS = 101;
  private static final double MILLISECONDS_A_ROUND = 10;

  private final RandomSource random = new RandomSource(1);

  @ParameterizedTest
  @CsvSource({"256, 128", "400, 128", "1000, 128", "100, 10"})
  void step(int hidden, int batch) {
    NativeSetup.Report report = NativeSetup.ensure();
    INDArray features = Tensors.random(DataType.FLOAT, random, batch, INPUTS);
    try (Workers one = new Workers(1);
        Workers two = new Workers(2)) {
      Runnable[] jobs = {
        products(batch, INPUTS, hidden, hidden, CLASSES),
        training(one, hidden, features),
        training(two, hidden, features)
      };
      double[][] times = new double[jobs.length][ROUNDS];
      int repeats = 1;
      for (int round = -ROUNDS / 4; round < ROUNDS; round++) { // The first ones warm up.
        for (int j = 0; j < jobs.length; j++) {
          double time = milliseconds(jobs[j], repeats);
          times[j][Math.max(round, 0)] = time;
          if (j == 0 && round < 0) {
            repeats = (int) Math.max(1, MILLISECONDS_A_ROUND / time);
          }
        }
      }
      double products = median(times[0]);
      double single = median(times[1]);
      double shared = median(times[2]);
      System.out.printf(
          "%s: 784-%d-%d-10, batch %d: products %.3f ms; step on 1 thread %.3f (products/step %.2f),"
              + " on 2 threads %.3f (%.2f times as fast)%n",
          report.actualKernel(),
          hidden,
          hidden,
          batch,
          products,
          single,
          products / single,
          shared,
          single / shared);
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double milliseconds(Runnable job, int repeats) {
    long start = System.nanoTime();
    for (int i = 0; i < repeats; i++) {
      job.run();
    }
    return (System.nanoTime() - start) / 1e6 / repeats;
  }

  private Runnable training(Workers workers, int hidden, INDArray features) {
    int batchSize = (int) features.size(0);
    Mlp model =
        new Mlp(
            new long[] {INPUTS},
            List.of(hidden, hidden),
            CLASSES,
            Activation.RELU,
            DataType.FLOAT,
            random,
            workers);
    int[] labels = random.ints(batchSize, 0, CLASSES).toArray();
    Batch batch = Tensors.batch(features, labels, CLASSES);
    INDArray delta = Vectors.create(DataType.FLOAT, batchSize, CLASSES);
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

  /** The products of one step, over the whole batch, on one thread. */
  private Runnable products(int batch, int... widths) {
    Kernels<?> kernels = Kernels.of(DataType.FLOAT);
    List<Runnable> all = new ArrayList<>();
    for (int l = 0; l < widths.length - 1; l++) {
      int in = widths[l];
      int out = widths[l + 1];
      Memory x = Memory.of(Tensors.random(DataType.FLOAT, random, batch, in));
      Memory w = Memory.of(Tensors.random(DataType.FLOAT, random, out, in));
      Memory z = Memory.of(Tensors.random(DataType.FLOAT, random, batch, out));
      Memory g = Memory.of(Vectors.create(DataType.FLOAT, out, in));
      all.add(() -> kernels.gemm(false, true, batch, out, in, x, in, w, in, 0, z, out));
      all.add(() -> kernels.gemm(true, false, out, in, batch, z, out, x, in, 0, g, in));
      if (l > 0) {
        all.add(() -> kernels.gemm(false, false, batch, in, out, z, out, w, in, 0, x, in));
      }
    }
    return () -> all.forEach(Runnable::run);
  }
}
