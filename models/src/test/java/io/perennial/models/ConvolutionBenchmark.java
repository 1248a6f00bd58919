package io.perennial.models;

import io.perennial.api.Batch;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The time of forward, loss and backward of a convolutional network (32 and 64 channels, 128 hidden
 * units, 10 classes, 28x28, 64 rows) beside that of its matrix products alone, on one thread and on
 * two, in the same run. Not part of the tests, but run like one:
 *
 * <pre>{@code
 * mvn -q -pl models -am test -Dtest=ConvolutionBenchmark -Dsurefire.failIfNoSpecifiedTests=false
 * }</pre>
 */
class ConvolutionBenchmark {
  private static final int ROWS = 64;
  private static final int STEPS = 20;
  private static final int ROUNDS = 20;
  private static final ConvolutionLayers SHAPE =
      ConvolutionLayers.of(
          new long[] {1, 28, 28}, new int[] {32, 64}, 3, new int[] {2, 2}, 128, 10);

  private final Kernels<?> kernels = Kernels.of(DataType.FLOAT);
  private final RandomSource random = new RandomSource(1);
  private final INDArray features = Tensors.random(DataType.FLOAT, random, ROWS, 1, 28, 28);
  private final List<Runnable> products = new ArrayList<>();

  @Test
  void pass() {
    NativeSetup.Report report = NativeSetup.ensure();
    System.out.printf("%s, OpenBLAS kernel %s%n", report.cpu(), report.actualKernel());
    collectProducts();
    try (Workers one = new Workers(1);
        Workers two = new Workers(2)) {
      // Interleaved, because other work on the machine comes and goes.
      Runnable single = pass(one);
      Runnable shared = pass(two);
      double bestProducts = Double.MAX_VALUE;
      double bestSingle = Double.MAX_VALUE;
      double bestShared = Double.MAX_VALUE;
      for (int round = 0; round < ROUNDS; round++) {
        bestProducts = Math.min(bestProducts, milliseconds(() -> products.forEach(Runnable::run)));
        bestSingle = Math.min(bestSingle, milliseconds(single));
        bestShared = Math.min(bestShared, milliseconds(shared));
      }
      System.out.printf(
          "products alone %.2f ms; pass on 1 thread %.2f ms (products/pass %.2f), on 2 threads"
              + " %.2f ms%n",
          bestProducts, bestSingle, bestProducts / bestSingle, bestShared);
    }
  }

  private static double milliseconds(Runnable pass) {
    double best = Double.MAX_VALUE;
    for (int i = 0; i < STEPS; i++) {
      long start = System.nanoTime();
      pass.run();
      best = Math.min(best, (System.nanoTime() - start) / 1e6);
    }
    return best;
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
