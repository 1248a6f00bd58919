package io.perennial.models;

import io.perennial.api.Batch;
import io.perennial.api.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What replay costs beside the solver's own step, for a solver 784-400-400-10 with 128 real and 128
 * generated rows and a generator 784-400-400-100. Not part of the tests, but run like one:
 *
 * <pre>{@code
 * mvn -q -pl models -am test -Dtest=GeneratorBenchmark -Dsurefire.failIfNoSpecifiedTests=false
 * }</pre>
 */
class GeneratorBenchmark {
  private static final int BATCH = 128;
  private static final int STEPS = 20;
  private static final int ROUNDS = 25;
  private static final int[] SOLVER_WIDTHS = {784, 400, 400, 10};
  private static final int[] ENCODER_WIDTHS = {784, 400, 400, 200};
  private static final int[] DECODER_WIDTHS = {100, 400, 400, 784};
  private static final long SOLVER = multiplications(SOLVER_WIDTHS, false);
  private static final long GENERATOR =
      multiplications(ENCODER_WIDTHS, false) + multiplications(DECODER_WIDTHS, true);

  private final RandomSource random = new RandomSource(1);
  private final INDArray both =
      Tensors.of(DataType.FLOAT, random.doubles(2 * BATCH * 784L).toArray(), 2 * BATCH, 784);

  @Test
  void step() {
    for (int threads : new int[] {1, 2}) {
      try (Workers workers = new Workers(threads)) {
        List<String> names =
            List.of(
                "solver's step on 128",
                "solver's step on 256",
                "generation of 128",
                "labels of 128",
                "generator's step on 256",
                "its loss and gradient alone",
                "its products alone",
                "its optimiser alone");
        List<Runnable> jobs = jobs(workers);
        double[] best = new double[jobs.size()];
        Arrays.fill(best, Double.MAX_VALUE);
        // Interleaved, because other work on the machine comes and goes.
        for (int round = 0; round < ROUNDS; round++) {
          for (int j = 0; j < best.length; j++) {
            best[j] = Math.min(best[j], milliseconds(jobs.get(j)));
          }
        }
        for (int j = 0; j < best.length; j++) {
          System.out.printf("%d thread(s): %s %.2f ms%n", threads, names.get(j), best[j]);
        }
        System.out.printf(
            "%d thread(s): ratio of solver and generator together to the solver %.2f, of their"
                + " multiplications %.2f%n",
            threads, (best[1] + best[4]) / best[1], 1 + (double) GENERATOR / SOLVER);
      }
    }
  }

  private List<Runnable> jobs(Workers workers) {
    Mlp solver =
        new Mlp(
            new long[] {784},
            List.of(400, 400),
            10,
            Activation.RELU,
            DataType.FLOAT,
            random,
            workers);
    VariationalAutoencoder generator =
        new VariationalAutoencoder(
            new VariationalAutoencoder.Settings(
                new long[] {784}, List.of(400, 400), 100, Likelihood.BERNOULLI),
            DataType.FLOAT,
            random,
            workers);
    INDArray half = Tensors.of(DataType.FLOAT, random.doubles(BATCH * 784L).toArray(), BATCH, 784);
    List<Runnable> jobs = new ArrayList<>();
    jobs.add(training(solver, half));
    jobs.add(training(solver, both));
    jobs.add(() -> generator.generate(BATCH, random));
    int[] unknown = new int[BATCH];
    jobs.add(() -> solver.forward(half, unknown, false));
    INDArray gradient = Vectors.create(DataType.FLOAT, generator.parameters().length());
    double[] weights = new double[2 * BATCH];
    Arrays.fill(weights, 0.5 / BATCH);
    Adam adam = new Adam(new Adam.Settings(0.001, 0.9, 0.999, 1e-8));
    jobs.add(
        () -> {
          generator.loss(both, unknown, weights, random, gradient);
          adam.step(generator.parameters(), gradient, Optional.empty());
        });
    jobs.add(() -> generator.loss(both, unknown, weights, random, gradient));
    List<Runnable> products = new ArrayList<>();
    addProducts(products, ENCODER_WIDTHS, false);
    addProducts(products, DECODER_WIDTHS, true);
    jobs.add(() -> products.forEach(Runnable::run));
    jobs.add(() -> adam.step(generator.parameters(), gradient, Optional.empty()));
    return jobs;
  }

  /** Of one row's way forward and back: for each weight once, and twice or once on the way back. */
  private static long multiplications(int[] widths, boolean inputGradient) {
    long sum = 0;
    for (int l = 0; l < widths.length - 1; l++) {
      sum += (l > 0 || inputGradient ? 3L : 2L) * widths[l] * widths[l + 1];
    }
    return sum;
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

  private static double milliseconds(Runnable step) {
    long start = System.nanoTime();
    for (int i = 0; i < STEPS; i++) {
      step.run();
    }
    return (System.nanoTime() - start) / 1e6 / STEPS;
  }
}
