package io.perennial.runner.training;

import io.perennial.api.RandomSource;
import io.perennial.models.Activation;
import io.perennial.models.Mlp;
import io.perennial.models.NativeSetup;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What calibration and confusion take of an evaluation: a batch of 128 images through a network,
 * the choice of the best class, and the counting of both, in turns, on one thread. Medians of the
 * later turns. Not part of the tests, but run like one:
 *
 * <pre>{@code
 * mvn -q -pl runner/core -am test -Dtest=PredictionsBenchmark -Dsurefire.failIfNoSpecifiedTests=false
 * }</pre>
 */
class PredictionsBenchmark {
  private static final int BATCH = 128;
  private static final int TURNS = 400;

  @Test
  void perceptrons() {
    NativeSetup.ensure();
    measure(256, 10);
    measure(256, 100);
    measure(1000, 10);
  }

  private static void measure(int hidden, int classes) {
    RandomSource random = new RandomSource(1);
    double[] pixels = new double[BATCH * 784];
    Arrays.setAll(pixels, i -> random.nextDouble());
    boolean[] competing = new boolean[classes];
    Arrays.fill(competing, true);
    double[] scores = new double[BATCH * classes];
    Predictions predictions = new Predictions(List.of("a", "b"));
    predictions.begin(classes);
    predictions.beginTask(0);
    double[][] nanos = new double[3][TURNS];
    try (Mlp model =
        new Mlp(
            new long[] {784},
            List.of(hidden, hidden),
            classes,
            Activation.RELU,
            DataType.FLOAT,
            random,
            new Workers(1))) {
      INDArray features = Vectors.create(DataType.FLOAT, pixels.length);
      Vectors.write(pixels, features);
      INDArray images = features.reshape('c', BATCH, 784);
      int wrong = 0;
      for (int turn = 0; turn < TURNS; turn++) {
        long start = System.nanoTime();
        Vectors.read(model.forward(images, new int[BATCH], false), scores, 0);
        long forward = System.nanoTime();
        int[] best = new int[BATCH];
        for (int n = 0; n < BATCH; n++) {
          best[n] = Evaluator.best(scores, n * classes, competing);
          wrong += best[n] == n % classes ? 0 : 1;
        }
        long chosen = System.nanoTime();
        for (int n = 0; n < BATCH; n++) {
          predictions.count(
              n % classes,
              best[n],
              Predictions.confidence(scores, n * classes, competing, best[n]));
        }
        long counted = System.nanoTime();
        nanos[0][turn] = forward - start;
        nanos[1][turn] = chosen - forward;
        nanos[2][turn] = counted - chosen;
      }
      double[] medians = Arrays.stream(nanos).mapToDouble(PredictionsBenchmark::median).toArray();
      System.out.printf(
          Locale.ROOT,
          "784-%d-%d-%d: network %.2f µs an example, best class %.3f, calibration and confusion %.3f, %.1f %% of all (%d wrong)%n",
          hidden,
          hidden,
          classes,
          medians[0] / BATCH / 1e3,
          medians[1] / BATCH / 1e3,
          medians[2] / BATCH / 1e3,
          100 * medians[2] / Arrays.stream(medians).sum(),
          wrong);
    }
  }

  /** Of the second half, when everything has been compiled. */
  private static double median(double[] values) {
    double[] later = Arrays.copyOfRange(values, values.length / 2, values.length);
    Arrays.sort(later);
    return later[later.length / 2];
  }
}
