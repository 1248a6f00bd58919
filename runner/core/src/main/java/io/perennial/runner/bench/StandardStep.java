package io.perennial.runner.bench;

import io.perennial.api.Batch;
import io.perennial.api.Model;
import io.perennial.api.ModelFactory;
import io.perennial.api.Optimizer;
import io.perennial.api.RandomSource;
import io.perennial.models.CrossEntropy;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import io.perennial.runner.config.ConfigurationReader;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.plugin.Wiring;
import java.util.Arrays;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Forward, cross-entropy, backward and update of a network on one batch that stays the same. */
final class StandardStep implements AutoCloseable {
  private static final long[] SHAPE = {1, 28, 28};
  private static final int PIXELS = 784;
  private static final int CLASSES = 10;

  private final Workers workers;
  private final Model model;
  private final Optimizer optimizer;
  private final Batch batch;
  private final INDArray logitsGradient;
  private final INDArray gradient;
  private final INDArray squares;
  private final CrossEntropy objective = new CrossEntropy();

  /**
   * Makes the network and its batch.
   *
   * @param model the configuration's block
   * @param rows of the batch
   * @throws io.perennial.api.InputException if there is no such model
   */
  StandardStep(Registry registry, String model, int rows, int threads) {
    RandomSource random = new RandomSource(1);
    RunConfiguration configuration =
        new ConfigurationReader(registry)
            .parse(Jobs.yaml("digits", 1, "model: " + model, rows, "evaluate: final", ""), "bench");
    this.workers = new Workers(threads);
    Wiring wiring =
        new Wiring(registry, random, binder -> binder.bind(Workers.class).toInstance(workers));
    this.model =
        wiring
            .create(configuration.model(), "model")
            .create(
                new ModelFactory.Request(
                    SHAPE, CLASSES, DataType.FLOAT, random.child("first weights")));
    this.optimizer = wiring.create(configuration.training().optimizer(), "optimizer");
    this.batch = batch(rows, random);
    this.logitsGradient = Vectors.create(DataType.FLOAT, rows, CLASSES);
    this.gradient = Vectors.create(DataType.FLOAT, this.model.parameters().length());
    this.squares = Vectors.create(DataType.FLOAT, gradient.length());
  }

  private static Batch batch(int rows, RandomSource random) {
    INDArray features = Vectors.create(DataType.FLOAT, rows, SHAPE[0], SHAPE[1], SHAPE[2]);
    Vectors.write(random.doubles((long) rows * PIXELS).toArray(), features);
    int[] labels = random.ints(rows, 0, CLASSES).toArray();
    double[] weights = new double[rows];
    Arrays.fill(weights, 1.0 / rows);
    boolean[] all = new boolean[CLASSES];
    Arrays.fill(all, true);
    boolean[][] competing = new boolean[rows][];
    Arrays.fill(competing, all);
    return new Batch(features, labels, new int[rows], new int[rows], weights, competing);
  }

  void run() {
    INDArray logits = model.forward(batch.features(), batch.tasks(), true);
    objective.loss(batch, logits, logitsGradient);
    model.backward(logitsGradient, gradient);
    optimizer.step(model.parameters(), gradient, Optional.empty());
  }

  /**
   * Adds up the squared gradients of the logits of one label after the other, as a loop over single
   * examples does that has nothing but a backward pass.
   */
  void squareGradients() {
    model.forward(batch.features(), batch.tasks(), false);
    float[] direction = new float[batch.size() * CLASSES];
    for (int label = 0; label < CLASSES; label++) {
      direction[label] = 1;
      Vectors.write(direction, direction.length, logitsGradient);
      direction[label] = 0;
      model.backward(logitsGradient, gradient);
      Vectors.addSquare(squares, 1.0 / CLASSES, gradient);
    }
  }

  @Override
  public void close() {
    squares.close();
    workers.close();
    model.close();
    batch.features().close();
    logitsGradient.close();
    gradient.close();
  }
}
