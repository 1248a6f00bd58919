package io.perennial.ewc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.Batch;
import io.perennial.api.Model;
import io.perennial.api.ModelFactory;
import io.perennial.api.RandomSource;
import io.perennial.ewc.FisherInformation.Variant;
import io.perennial.models.Activation;
import io.perennial.models.ConvolutionalNetworkFactory;
import io.perennial.models.CrossEntropy;
import io.perennial.models.Initialization;
import io.perennial.models.MlpFactory;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import io.perennial.testkit.TinyLearner;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Each variant against a loop over single examples, in double, on both kinds of network. */
@ParameterizedClass
@EnumSource(FisherInformationTest.Network.class)
class FisherInformationTest {
  private static final boolean[] MASK = {true, true, false, true};
  private static final int EXAMPLES = 23;

  private final Workers workers = new Workers(2);
  private final RandomSource random = new RandomSource(7);
  private final Model model;
  private final RandomSource labels = random.child("labels");
  private final TinyLearner learner;

  enum Network {
    MLP,
    CONVOLUTIONAL;

    long[] shape() {
      return this == MLP ? new long[] {3} : new long[] {2, 4, 5};
    }

    ModelFactory factory(Workers workers) {
      return this == MLP
          ? new MlpFactory(new MlpFactory.Settings(List.of(6, 5), Activation.TANH), workers)
          : new ConvolutionalNetworkFactory(
              new ConvolutionalNetworkFactory.Settings(
                  List.of(3, 4), 3, 2, List.of(5), 0, Initialization.FAN_IN),
              workers);
    }
  }

  FisherInformationTest(Network network) {
    model =
        network
            .factory(workers)
            .create(
                new ModelFactory.Request(network.shape(), MASK.length, DataType.DOUBLE, random));
    learner = new TinyLearner(model, EXAMPLES, MASK, random);
  }

  @AfterEach
  void close() {
    model.close();
    workers.close();
  }

  @Test
  void exactIsTheExpectationOverTheModelsLabels() {
    double[] expected = new double[size()];
    for (int n = 0; n < EXAMPLES; n++) {
      double[] p = probabilities(n);
      for (int c = 0; c < MASK.length; c++) {
        if (MASK[c]) {
          addSquares(expected, gradient(learner.batch(n, 1), c), p[c] / EXAMPLES);
        }
      }
    }
    assertClose(estimate(Variant.EXACT, 8), expected);
  }

  @Test
  void empiricalUsesTheTrueLabels() {
    double[] expected = new double[size()];
    for (int n = 0; n < EXAMPLES; n++) {
      addSquares(expected, gradient(learner.batch(n, 1), learner.label(n)), 1.0 / EXAMPLES);
    }
    assertClose(estimate(Variant.EMPIRICAL, 8), expected);
  }

  @Test
  void batchSquaresTheMeanGradientOfEachBatch() {
    double[] expected = new double[size()];
    int batches = 3;
    for (int b = 0; b < batches; b++) {
      int count = Math.min(8, EXAMPLES - 8 * b);
      double[] mean = new double[size()];
      for (int n = 8 * b; n < 8 * b + count; n++) {
        double[] one = gradient(learner.batch(n, 1), learner.label(n));
        for (int i = 0; i < mean.length; i++) {
          mean[i] += one[i] / count;
        }
      }
      addSquares(expected, mean, 1.0 / batches);
    }
    assertClose(estimate(Variant.BATCH, 8), expected);
  }

  @Test
  void sampledIsExactOnAverage() {
    double[] exact = estimate(Variant.EXACT, 8);
    double[] mean = new double[exact.length];
    int repeats = 600;
    for (int r = 0; r < repeats; r++) {
      double[] sampled = estimate(Variant.SAMPLED, 8);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += sampled[i] / repeats;
      }
    }
    double total = 0;
    double difference = 0;
    for (int i = 0; i < mean.length; i++) {
      total += exact[i];
      difference += Math.abs(mean[i] - exact[i]);
    }
    // 600 · 23 draws: the relative error of a mean is of the order of 1 %.
    assertThat(difference / total).isLessThan(0.05);
  }

  @Test
  void batchSizeMattersToTheBatchVariantOnly() {
    assertClose(estimate(Variant.EXACT, 23), estimate(Variant.EXACT, 5));
    assertClose(estimate(Variant.EMPIRICAL, 23), estimate(Variant.EMPIRICAL, 5));
    assertThat(estimate(Variant.BATCH, 23)).isNotEqualTo(estimate(Variant.BATCH, 5));
  }

  private double[] estimate(Variant variant, int batchSize) {
    return values(
        FisherInformation.estimate(
            learner, learner.task().training(), variant, batchSize, labels, new Workers(2)));
  }

  private int size() {
    return Math.toIntExact(model.parameters().length());
  }

  private double[] probabilities(int n) {
    double[] logits = new double[MASK.length];
    Batch one = learner.batch(n, 1);
    Vectors.read(model.forward(one.features(), one.tasks(), false), logits);
    double[] p = new double[MASK.length];
    CrossEntropy.softmax(logits, 0, MASK.length, MASK, 1, p, 0);
    return p;
  }

  /** The gradient of the cross-entropy of one example for a label: minus that of log p. */
  private double[] gradient(Batch one, int label) {
    Batch labelled =
        new Batch(
            one.features(),
            new int[] {label},
            one.tasks(),
            one.origins(),
            new double[] {1},
            new boolean[][] {MASK});
    INDArray logits = model.forward(one.features(), one.tasks(), false);
    INDArray logitsGradient = Vectors.copyOf(logits);
    new CrossEntropy().loss(labelled, logits, logitsGradient);
    INDArray gradient = Vectors.create(DataType.DOUBLE, size());
    model.backward(logitsGradient, gradient);
    return values(gradient);
  }

  private static double[] values(INDArray array) {
    double[] values = new double[Math.toIntExact(array.length())];
    Vectors.read(array, values);
    array.close();
    return values;
  }

  private static void addSquares(double[] sum, double[] gradient, double weight) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += weight * gradient[i] * gradient[i];
    }
  }

  private static void assertClose(double[] actual, double[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(1e-9 * (1e-3 + expected[i])));
    }
  }
}
