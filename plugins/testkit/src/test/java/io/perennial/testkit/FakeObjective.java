package io.perennial.testkit;

import io.perennial.api.Batch;
import io.perennial.api.Description;
import io.perennial.api.Objective;
import io.perennial.models.CrossEntropy;
import io.perennial.models.Vectors;
import jakarta.inject.Inject;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Half the cross-entropy. */
final class FakeObjective implements Objective {
  enum Fault {
    NONE,
    GRADIENT_OF_THE_WHOLE,
    GRADIENT_ADDED
  }

  record Settings(@Description(value = "What is wrong with it.", byDefault = "none") Fault fault) {}

  private final Fault fault;
  private final CrossEntropy whole = new CrossEntropy();

  @Inject
  FakeObjective(Settings settings) {
    this.fault = settings.fault();
  }

  @Override
  public double loss(Batch batch, INDArray logits, INDArray gradient) {
    try (INDArray own = Vectors.create(logits.dataType(), logits.shape())) {
      double loss = whole.loss(batch, logits, own);
      if (fault != Fault.GRADIENT_ADDED) {
        Vectors.zero(gradient);
      }
      Vectors.axpy(fault == Fault.GRADIENT_OF_THE_WHOLE ? 1 : 0.5, own, gradient);
      return loss / 2;
    }
  }
}
