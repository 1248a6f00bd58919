package io.perennial.curriculum;

import io.perennial.api.Batch;
import io.perennial.api.RandomSource;
import io.perennial.models.Activation;
import io.perennial.models.Adam;
import io.perennial.models.CrossEntropy;
import io.perennial.models.Mlp;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A small network that has learned a sample of a task for a moment. */
final class Probe implements AutoCloseable {
  private static final int BATCH = 32;
  private static final int SCORED = 256;

  /**
   * How well a task was learned.
   *
   * @param loss mean cross-entropy in units of chance, {@code log C}; 0 for a single class
   * @param accuracy 0 to 1
   */
  record Score(double loss, double accuracy) {}

  private final Mlp network;

  private Probe(Mlp network) {
    this.network = network;
  }

  /**
   * One that has learned nothing: its features are random.
   *
   * @param hidden the widths of its hidden layers; empty for a head on features
   */
  static Probe untrained(
      Sample sample, List<Integer> hidden, RandomSource random, Workers workers) {
    long[] shape = {sample.width()};
    return new Probe(
        new Mlp(shape, hidden, sample.classes(), Activation.RELU, DataType.FLOAT, random, workers));
  }

  /** Trains a new one. */
  static Probe train(
      Sample sample,
      List<Integer> hidden,
      ProbeSettings settings,
      RandomSource random,
      Workers workers) {
    Probe probe = untrained(sample, hidden, random, workers);
    Mlp network = probe.network;
    Adam adam = new Adam(new Adam.Settings(settings.learningRate(), 0.9, 0.999, 1e-8), workers);
    int rows = Math.min(BATCH, sample.size());
    Rows batch = new Rows(sample, rows);
    try (INDArray slope = Vectors.create(DataType.FLOAT, rows, sample.classes());
        INDArray gradient = Vectors.create(DataType.FLOAT, network.parameters().length())) {
      CrossEntropy loss = new CrossEntropy();
      int[] drawn = {};
      int at = 0;
      for (int step = 0; step < settings.steps(); step++, at += rows) {
        if (at + rows > drawn.length) {
          drawn = random.permutation(sample.size());
          at = 0;
        }
        batch.fill(drawn, at);
        INDArray logits = network.forward(batch.features, batch.batch.tasks(), true);
        loss.loss(batch.batch, logits, slope);
        network.backward(slope, gradient);
        adam.step(network.parameters(), gradient, Optional.empty());
      }
    } finally {
      batch.features.close();
    }
    return probe;
  }

  /** How well it does on other examples of its task. */
  Score score(Sample sample) {
    double[] losses = new double[sample.size()];
    double accuracy = losses(sample, losses, 0) / (double) sample.size();
    double chance = Math.log(sample.classes());
    double mean = Arrays.stream(losses).average().orElse(chance);
    return new Score(chance == 0 ? 0 : mean / chance, accuracy);
  }

  /**
   * The loss of each example.
   *
   * @param losses filled from {@code offset} on
   * @return how many were predicted right
   */
  int losses(Sample sample, double[] losses, int offset) {
    int correct = 0;
    int classes = sample.classes();
    boolean[] all = new boolean[classes];
    Arrays.fill(all, true);
    double[] row = new double[classes];
    for (int from = 0; from < sample.size(); from += SCORED) {
      int rows = Math.min(SCORED, sample.size() - from);
      try (INDArray input = input(sample, from, rows)) {
        double[] logits = new double[rows * classes];
        Vectors.read(network.forward(input, new int[rows], false), logits);
        for (int n = 0; n < rows; n++) {
          CrossEntropy.logSoftmax(logits, n * classes, classes, all, 1, row, 0);
          int label = sample.labels()[from + n];
          losses[offset + from + n] = -row[label];
          correct += largest(row) == label ? 1 : 0;
        }
      }
    }
    return correct;
  }

  /** What the last hidden layer makes of examples. */
  Sample features(Sample sample) {
    float[] features = {};
    int width = 0;
    for (int from = 0; from < sample.size(); from += SCORED) {
      int rows = Math.min(SCORED, sample.size() - from);
      try (INDArray input = input(sample, from, rows)) {
        INDArray part = network.features(input, new int[rows]);
        width = part.columns();
        features = Arrays.copyOf(features, (from + rows) * width);
        Vectors.read(part, features, from * width);
      }
    }
    return new Sample(features, width, sample.labels(), sample.classes());
  }

  private static INDArray input(Sample sample, int from, int rows) {
    int width = sample.width();
    INDArray input = Vectors.create(DataType.FLOAT, rows, width);
    float[] part = Arrays.copyOfRange(sample.features(), from * width, (from + rows) * width);
    Vectors.write(part, part.length, input);
    return input;
  }

  private static int largest(double[] row) {
    int best = 0;
    for (int c = 1; c < row.length; c++) {
      best = row[c] > row[best] ? c : best;
    }
    return best;
  }

  @Override
  public void close() {
    network.close();
  }

  /** The arrays of a batch, used again in each step. */
  private static final class Rows {
    final INDArray features;
    final Batch batch;
    private final Sample sample;
    private final float[] gathered;

    Rows(Sample sample, int rows) {
      this.sample = sample;
      this.gathered = new float[rows * sample.width()];
      this.features = Vectors.create(DataType.FLOAT, rows, sample.width());
      double[] weights = new double[rows];
      Arrays.fill(weights, 1.0 / rows);
      boolean[] all = new boolean[sample.classes()];
      Arrays.fill(all, true);
      boolean[][] competing = new boolean[rows][];
      Arrays.fill(competing, all);
      this.batch =
          new Batch(features, new int[rows], new int[rows], new int[rows], weights, competing);
    }

    void fill(int[] drawn, int from) {
      int width = sample.width();
      for (int n = 0; n < batch.size(); n++) {
        int example = drawn[from + n];
        System.arraycopy(sample.features(), example * width, gathered, n * width, width);
        batch.labels()[n] = sample.labels()[example];
      }
      Vectors.write(gathered, gathered.length, features);
    }
  }
}
