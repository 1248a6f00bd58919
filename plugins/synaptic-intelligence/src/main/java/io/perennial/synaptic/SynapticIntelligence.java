package io.perennial.synaptic;

import io.perennial.api.Batch;
import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Expansion;
import io.perennial.api.Learner;
import io.perennial.api.ParameterMap;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.Regularizer;
import io.perennial.api.State;
import io.perennial.models.ConsolidatedPenalty;
import io.perennial.models.Vectors;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.Logger;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Parameters whose moves lowered the loss of old tasks are held near the values they had: {@code L'
 * = L + c Σ_i Ω_i (θ_i - θ̃_i)²} (arXiv 1703.04200, eq. 4), anchored where the latest task ended.
 * After each task {@code Ω_i ← max(0, Ω_i + ω_i / (Δ_i² + ξ))} (eq. 5), where {@code ω_i} is the
 * path integral of minus the loss's gradient, before any penalty, over the parameter's moves (eq.
 * 3), and {@code Δ_i} how far the parameter went during the task.
 */
@Description(
    value = "Synaptic intelligence: holds the parameters whose moves lowered the old tasks' loss.",
    paper = "arXiv 1703.04200",
    needs = "task boundaries")
public final class SynapticIntelligence implements Regularizer {
  /** The settings of {@code synaptic-intelligence}. */
  public record Settings(
      @Description(
              value = "c in L + c Σ Ω (θ - θ̃)²; there is no factor one half.",
              byDefault = "0.1",
              min = 0,
              paper = "arXiv 1703.04200, eq. 4")
          double c,
      @Description(
              value =
                  "ξ bounds the importance of a parameter that hardly moved; in squared units of the"
                      + " parameters.",
              byDefault = "0.1",
              min = 0,
              aboveMin = true,
              paper = "arXiv 1703.04200, eq. 5")
          double xi,
      @Description(
              value =
                  "Whether the penalty is an implicit step, stable for every c, instead of a part of"
                      + " the gradient as in the paper.",
              byDefault = "true")
          boolean implicitStep) {}

  private final Settings settings;
  private final Logger log;
  private final PathIntegral path = new PathIntegral();
  private final ConsolidatedPenalty penalty = new ConsolidatedPenalty();

  @Inject
  SynapticIntelligence(Settings settings, Logger log) {
    this.settings = settings;
    this.log = log;
  }

  @Override
  public void observe(INDArray parameters, INDArray lossGradient) {
    path.begin(parameters, lossGradient);
  }

  @Override
  public void afterStep(Learner learner, Batch batch) {
    path.end(learner.model().parameters());
  }

  @Override
  public void afterTask(Learner learner) {
    INDArray parameters = learner.model().parameters();
    double[] importance = new double[Math.toIntExact(parameters.length())];
    if (!penalty.isEmpty()) {
      Vectors.read(penalty.quadratic(1).importance(), importance);
    }
    double[] added = path.perSquaredDistance(importance.length, settings.xi());
    for (int i = 0; i < importance.length; i++) {
      // A parameter that was dragged uphill loses importance, but no penalty pushes away.
      importance[i] = Math.max(0, importance[i] + added[i]);
    }
    long guarded = Arrays.stream(importance).filter(omega -> omega > 0).count();
    log.info("Guards {} of {} parameters", guarded, importance.length);
    try (INDArray sum = Vectors.create(parameters.dataType(), importance.length)) {
      Vectors.write(importance, sum);
      penalty.replace(0, sum, parameters);
    }
    path.reset();
  }

  @Override
  public double penalize(INDArray parameters, INDArray penaltyGradient) {
    return penalty.addGradient(settings.c(), parameters, penaltyGradient);
  }

  @Override
  public Optional<QuadraticPenalty> implicit() {
    return settings.implicitStep() && !penalty.isEmpty()
        ? Optional.of(penalty.quadratic(settings.c()))
        : Optional.empty();
  }

  @Override
  public void remap(ParameterMap map) {
    path.remap(map);
    penalty.remap(map);
  }

  @Override
  public Map<String, String> conventions() {
    return Map.of(
        "penalty",
        "c * sum Omega (theta - anchor)^2, not halved, anchored where the latest task ended",
        "importance",
        "max(0, Omega + omega / (Delta^2 + xi)) of the loss before penalties",
        "penaltyStep",
        settings.implicitStep() ? "implicit" : "gradient");
  }

  /** Importance, anchor, work and way of each parameter. */
  @Override
  public long bytesKept(Composition composition, Expansion.Size parameters) {
    return 4 * parameters.live() * composition.model().dataType().width();
  }

  @Override
  public State save() {
    return State.builder().part("path", path.save()).part("penalty", penalty.save()).build();
  }

  @Override
  public void restore(State state) {
    path.restore(state.part("path"));
    penalty.restore(state.part("penalty"));
  }
}
