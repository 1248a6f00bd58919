package io.perennial.testkit;

import io.perennial.api.Description;
import io.perennial.api.GradientTransform;
import io.perennial.api.Learner;
import io.perennial.models.Vectors;
import jakarta.inject.Inject;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Half the gradient; and another sign of all parameters for the first task. */
final class FakeTransform implements GradientTransform {
  enum Fault {
    NONE,
    MOVES_PARAMETERS,
    CONCEALS_SELECTION
  }

  record Settings(@Description(value = "What is wrong with it.", byDefault = "none") Fault fault) {}

  private final Fault fault;

  @Inject
  FakeTransform(Settings settings) {
    this.fault = settings.fault();
  }

  @Override
  public void transform(Learner learner, INDArray gradient) {
    Vectors.scale(0.5, gradient);
    if (fault == Fault.MOVES_PARAMETERS) {
      Vectors.axpy(-0.01, gradient, learner.model().parameters());
    }
  }

  @Override
  public boolean selectParameters(int task, INDArray parameters) {
    if (task == 0) {
      Vectors.scale(-1, parameters);
    }
    return task == 0 && fault != Fault.CONCEALS_SELECTION;
  }
}
