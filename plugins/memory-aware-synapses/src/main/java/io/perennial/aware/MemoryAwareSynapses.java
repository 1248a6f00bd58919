package io.perennial.aware;

import io.perennial.api.Batch;
import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Expansion;
import io.perennial.api.Finding;
import io.perennial.api.Learner;
import io.perennial.api.ParameterMap;
import io.perennial.api.PerExampleGradients;
import io.perennial.api.PerExampleGradients.Power;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.Regularizer;
import io.perennial.api.State;
import io.perennial.models.ConsolidatedPenalty;
import io.perennial.models.Importance;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Parameters that the network's output depends on are held near the values they had: {@code L' = L
 * + λ Σ_i Ω_i (θ_i - θ*_i)²} (arXiv 1711.09601, eq. 4), anchored where the latest task ended. After
 * each task {@code Ω_i ← Ω_i + 1/N Σ_n |∂‖F(x_n)‖² / ∂θ_i|} (eq. 2-3), with F the outputs of the
 * classes that compete in the task; labels are not used.
 */
@Description(
    value = "Memory aware synapses: holds the parameters that the network's output depends on.",
    paper = "arXiv 1711.09601",
    needs = "task boundaries; a model with per-example gradients")
public final class MemoryAwareSynapses implements Regularizer {
  private static final int BATCH = 128;

  /** The settings of {@code memory-aware-synapses}. */
  public record Settings(
      @Description(
              value = "λ in L + λ Σ Ω (θ - θ*)²; there is no factor one half.",
              byDefault = "1",
              min = 0,
              paper = "arXiv 1711.09601, eq. 4")
          double lambda,
      @Description(
              value =
                  "Whether the penalty is an implicit step, stable for every λ, instead of a part of"
                      + " the gradient as in the paper.",
              byDefault = "true")
          boolean implicitStep) {}

  private final Settings settings;
  private final ConsolidatedPenalty penalty = new ConsolidatedPenalty();

  @Inject
  MemoryAwareSynapses(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void check(Composition composition, Consumer<Finding> findings) {
    if (!(composition.model() instanceof PerExampleGradients)) {
      findings.accept(
          Finding.error(
              "memory-aware-synapses",
              "it needs gradients of single examples, which this model does not give.",
              "Choose another model, such as mlp."));
    }
  }

  @Override
  public void afterTask(Learner learner) {
    try (INDArray importance = importance(learner)) {
      penalty.replace(1, importance, learner.model().parameters());
    }
  }

  /** {@code 1/N Σ_n |∂‖F(x_n)‖² / ∂θ|}, {@code [P]}, the caller's to close. */
  static INDArray importance(Learner learner) {
    return Importance.estimate(
        learner, BATCH, Power.ABSOLUTE, 1, MemoryAwareSynapses::gradientOfSquaredLength);
  }

  /** {@code ∂‖F‖² / ∂z = 2z} where the class competes, else 0. */
  private static int gradientOfSquaredLength(Batch batch, double[] logits, double[][] directions) {
    int classes = logits.length / batch.size();
    for (int k = 0; k < logits.length; k++) {
      directions[0][k] = batch.competing(k / classes)[k % classes] ? 2 * logits[k] : 0;
    }
    return 1;
  }

  @Override
  public double penalize(INDArray parameters, INDArray penaltyGradient) {
    return penalty.addGradient(settings.lambda(), parameters, penaltyGradient);
  }

  @Override
  public Optional<QuadraticPenalty> implicit() {
    return settings.implicitStep() && !penalty.isEmpty()
        ? Optional.of(penalty.quadratic(settings.lambda()))
        : Optional.empty();
  }

  @Override
  public void remap(ParameterMap map) {
    penalty.remap(map);
  }

  @Override
  public Map<String, String> conventions() {
    return Map.of(
        "penalty",
        "lambda * sum Omega (theta - anchor)^2, not halved, anchored where the latest task ended",
        "importance",
        "sum over tasks of the mean over training examples of |d ||F||^2 / d theta|, F the logits"
            + " that compete",
        "penaltyStep",
        settings.implicitStep() ? "implicit" : "gradient");
  }

  /** Importance and anchor of each parameter. */
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
}
