package io.perennial.testkit;

import io.perennial.api.Batch;
import io.perennial.api.Description;
import io.perennial.api.Learner;
import io.perennial.api.LossTerm;
import io.perennial.models.Vectors;
import jakarta.inject.Inject;
import org.nd4j.linalg.api.ndarray.INDArray;

/** From the second task on, half the squared length of the logits. */
final class FakeTerm implements LossTerm {
  enum Fault {
    NONE,
    NOTHING,
    GRADIENT_NEGATED,
    GRADIENT_OVERWRITES,
    CHANGES_LOGITS
  }

  record Settings(@Description(value = "What is wrong with it.", byDefault = "none") Fault fault) {}

  private final Fault fault;

  @Inject
  FakeTerm(Settings settings) {
    this.fault = settings.fault();
  }

  @Override
  public double add(Learner learner, Batch batch, INDArray logits, INDArray gradient) {
    if (fault == Fault.CHANGES_LOGITS) {
      Vectors.scale(0.9, logits);
    }
    if (learner.task().index() == 0 || fault == Fault.NOTHING) {
      return 0;
    }
    double weight = 0.01;
    double value = weight / 2 * Vectors.dot(logits, logits);
    if (fault == Fault.GRADIENT_OVERWRITES) {
      Vectors.zero(gradient);
    }
    Vectors.axpy(fault == Fault.GRADIENT_NEGATED ? -weight : weight, logits, gradient);
    return value;
  }
}
