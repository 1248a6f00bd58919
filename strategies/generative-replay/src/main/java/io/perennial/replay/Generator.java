package io.perennial.replay;

import io.perennial.api.Batch;
import io.perennial.api.ParameterMap;
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
  private final RandomSource random;
  private final Adam optimizer;
  private INDArray gradient;

  /** Whether the previous generator is the learning one as it is, as between tasks. */
  private boolean same;

  private int[] conditions = {};
  private double[] targets = {};

  /**
   * @param random for the first weights
   */
  Generator(
      VariationalAutoencoder.Settings shape,
      DataType dataType,
      double learningRate,
      RandomSource random,
      Workers workers) {
    this.random = random;
    this.learning = new VariationalAutoencoder(shape, dataType, random, workers);
    this.previous = learning.copy();
    this.gradient = Vectors.create(dataType, learning.parameters().length());
    this.optimizer = new Adam(new Adam.Settings(learningRate, 0.9, 0.999, 1e-8), workers);
  }

  /** Between tasks: a conditional generator learns of new classes. */
  void grow(int classes) {
    if (learning.classes() == 0 || learning.classes() >= classes) {
      return;
    }
    String name = "the weights of " + classes + " classes";
    ParameterMap map = learning.growClasses(classes, random.child(name));
    previous.growClasses(classes, random.child(name));
    optimizer.remap(map);
    renewGradient();
  }

  private void renewGradient() {
    gradient.close();
    gradient = Vectors.create(learning.dataType(), learning.parameters().length());
  }

  /** A step on the rows of a batch, real and replayed, with their shares in the solver's loss. */
  void learn(Batch batch, RandomSource noise) {
    learning.loss(batch.features(), conditions(batch), batch.weights(), noise, gradient);
    optimizer.step(learning.parameters(), gradient, Optional.empty());
    same = false;
  }

  /** The class of each row; that of soft targets is the most probable one. */
  private int[] conditions(Batch batch) {
    INDArray soft = batch.targets();
    if (learning.classes() == 0 || soft == null) {
      return batch.labels();
    }
    int classes = Math.toIntExact(soft.size(1));
    if (conditions.length != batch.size() || targets.length != soft.length()) {
      conditions = new int[batch.size()];
      targets = new double[batch.size() * classes];
    }
    Vectors.read(soft, targets);
    for (int n = 0; n < batch.size(); n++) {
      int best = batch.labels()[n];
      if (best < 0) {
        best = 0;
        for (int c = 1; c < classes; c++) {
          best = targets[n * classes + c] > targets[n * classes + best] ? c : best;
        }
      }
      conditions[n] = best;
    }
    return conditions;
  }

  /** From now on samples are those of the generator as it is now. */
  void taskDone() {
    Vectors.assign(learning.parameters(), previous.parameters());
    same = true;
  }

  /**
   * Samples of the previous generator, valid until the next ones.
   *
   * @param classes what to generate, one each; of an unconditional generator only their number
   *     counts
   */
  INDArray generate(int[] classes, RandomSource noise) {
    return previous.generate(classes, noise);
  }

  @Override
  public State save() {
    State.Builder state =
        State.builder().part("generator", learning.save()).part("optimizer", optimizer.save());
    return same ? state.build() : state.part("previous", previous.save()).build();
  }

  @Override
  public void restore(State state) {
    learning.restore(state.part("generator"));
    same = !state.parts().containsKey("previous");
    previous.restore(state.part(same ? "generator" : "previous"));
    optimizer.restore(state.part("optimizer"));
    renewGradient();
  }
}
