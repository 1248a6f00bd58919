package io.perennial.runner.training;

import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import io.perennial.models.Vectors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Ends a task's training when its validation accuracy has not become better for some epochs, and
 * goes back to the parameters with the best one (the first of equals). The network is asked as in
 * training: the row's task is known, and the classes of training compete; routers and readouts may
 * not know the task yet.
 *
 * <p>The optimiser's moments stay those of the last step.
 */
final class EarlyStopping implements Stateful, AutoCloseable {
  private static final int BATCH = 1024;

  private final int patience;
  private double best = Double.NEGATIVE_INFINITY;
  private int epochsSince;
  private @Nullable INDArray parameters;

  /**
   * @param patience epochs without improvement; 0 for no stopping at all
   */
  EarlyStopping(int patience) {
    this.patience = patience;
  }

  /** Takes note of an epoch; answers whether it was the last one. */
  boolean stopsAfter(Learner learner) {
    if (patience == 0) {
      return false;
    }
    double accuracy = accuracy(learner);
    if (accuracy > best) {
      best = accuracy;
      epochsSince = 0;
      keep(learner.model().parameters());
      return false;
    }
    epochsSince++;
    return epochsSince >= patience;
  }

  private void keep(INDArray live) {
    INDArray kept = parameters;
    if (kept == null) {
      parameters = Vectors.copyOf(live);
    } else {
      Vectors.assign(live, kept);
    }
  }

  private static double accuracy(Learner learner) {
    int[] correct = {0};
    Model model = learner.model();
    learner.visit(
        learner.task().validation(),
        learner.task().index(),
        BATCH,
        batch -> {
          int classes = model.classes();
          INDArray logits = model.forward(batch.features(), batch.tasks(), false);
          double[] scores = new double[batch.size() * classes];
          Vectors.read(logits, scores);
          for (int n = 0; n < batch.size(); n++) {
            boolean right =
                Evaluator.best(scores, n * classes, batch.competing(n)) == batch.labels()[n];
            correct[0] += right ? 1 : 0;
          }
        });
    return (double) correct[0] / learner.task().validation().size();
  }

  /** After growth: what the smaller network reached counts no more. */
  void startOver() {
    close();
    best = Double.NEGATIVE_INFINITY;
    epochsSince = 0;
  }

  /** At the end: gives the model its best parameters back, if the last ones are others. */
  void keepBest(Model model) {
    INDArray kept = parameters;
    if (kept != null && epochsSince > 0) {
      Vectors.assign(kept, model.parameters());
    }
  }

  @Override
  public State save() {
    State.Builder state = State.builder().value("best", best).value("since", (long) epochsSince);
    INDArray kept = parameters;
    return kept == null ? state.build() : state.tensor("parameters", kept).build();
  }

  @Override
  public void restore(State state) {
    close();
    best = state.number("best");
    epochsSince = Math.toIntExact(state.integer("since"));
    if (state.tensors().containsKey("parameters")) {
      parameters = Vectors.copyOf(state.tensor("parameters"));
    }
  }

  @Override
  public void close() {
    INDArray kept = parameters;
    if (kept != null) {
      kept.close();
      parameters = null;
    }
  }
}
