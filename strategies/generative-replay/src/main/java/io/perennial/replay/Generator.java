package io.perennial.replay;

import io.perennial.api.Batch;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import io.perennial.models.Adam;
import io.perennial.models.VariationalAutoencoder;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Two generators: one that learns, and the one that the last task ended with, which is sampled
 * meanwhile.
 */
final class Generator implements Stateful {
  private final VariationalAutoencoder learning;
  private final VariationalAutoencoder previous;
  private final INDArray gradient;
  private final Adam optimizer;

  /**
   * @param random for the first weights
   */
  Generator(
      VariationalAutoencoder.Settings shape,
      DataType dataType,
      double learningRate,
      RandomSource random,
      Workers workers) {
    this.learning = new VariationalAutoencoder(shape, dataType, random, workers);
    this.previous = learning.copy();
    this.gradient = Vectors.create(dataType, learning.parameters().length());
    this.optimizer = new Adam(new Adam.Settings(learningRate, 0.9, 0.999, 1e-8));
  }

  /** A step on the rows of a batch, real and replayed, with their shares in the solver's loss. */
  void learn(Batch batch, RandomSource noise) {
    learning.loss(batch.features(), batch.labels(), batch.weights(), noise, gradient);
    optimizer.step(learning.parameters(), gradient, Optional.empty());
  }

  /** From now on samples are those of the generator as it is now. */
  void taskDone() {
    Vectors.assign(learning.parameters(), previous.parameters());
  }

  /** Samples of the previous generator, valid until the next ones. */
  INDArray generate(int count, RandomSource random) {
    return previous.generate(count, random);
  }

  /** {@inheritDoc} Between tasks, when both generators are the same. */
  @Override
  public State save() {
    return State.builder()
        .part("generator", learning.save())
        .part("optimizer", optimizer.save())
        .build();
  }

  @Override
  public void restore(State state) {
    learning.restore(state.part("generator"));
    previous.restore(state.part("generator"));
    optimizer.restore(state.part("optimizer"));
  }
}
