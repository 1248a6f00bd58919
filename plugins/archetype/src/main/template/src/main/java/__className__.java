package ${package};

import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Expansion;
import io.perennial.api.Learner;
import io.perennial.api.ParameterMap;
import io.perennial.api.Regularizer;
import io.perennial.api.State;
import io.perennial.models.ConsolidatedPenalty;
import io.perennial.models.Vectors;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Every parameter is held near the value that the last task left it with, whether it mattered or
 * not: {@code L'(θ) = L(θ) + λ Σ_i (θ_i - θb_i)²}. A place to start from: give each parameter its
 * own importance {@code b_i} in {@link #afterTask}, and it is a method of the kind of EWC.
 */
@Description("Holds every parameter near the value that the last task left it with.")
public final class ${className} implements Regularizer {
  /** The settings of {@code ${artifactId}}; bound from the configuration and checked by it. */
  public record Settings(
      @Description(value = "λ in L + λ Σ (θ - θb)².", byDefault = "0.02", min = 0) double lambda) {}

  private final Settings settings;
  private final ConsolidatedPenalty penalty = new ConsolidatedPenalty();

  @Inject
  ${className}(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void afterTask(Learner learner) {
    INDArray parameters = learner.model().parameters();
    double[] importance = new double[(int) parameters.length()];
    Arrays.fill(importance, 1);
    try (INDArray b = Vectors.create(parameters.dataType(), importance.length)) {
      Vectors.write(importance, b);
      penalty.replace(0, b, parameters);
    }
  }

  @Override
  public double penalize(INDArray parameters, INDArray penaltyGradient) {
    return penalty.addGradient(settings.lambda(), parameters, penaltyGradient);
  }

  // What follows keeps the strategy alive through growth of the network and through --resume.

  @Override
  public void remap(ParameterMap map) {
    penalty.remap(map);
  }

  /** Importance and anchor of each parameter: what --memory counts before anything trains. */
  @Override
  public long bytesKept(Composition composition, Expansion.Size parameters) {
    return 2 * parameters.live() * composition.model().dataType().width();
  }

  @Override
  public State save() {
    return penalty.save();
  }

  @Override
  public void restore(State state) {
    penalty.restore(state);
  }

  @Override
  public Map<String, String> conventions() {
    return Map.of("penalty", "lambda * sum (theta - anchor)^2, not halved");
  }
}
