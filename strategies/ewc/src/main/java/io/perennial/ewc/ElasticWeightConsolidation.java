package io.perennial.ewc;

import io.perennial.api.Artefact;
import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Finding;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.PerExampleGradients;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.RandomSource;
import io.perennial.api.Regularizer;
import io.perennial.api.Setting;
import io.perennial.api.State;
import io.perennial.models.ConsolidatedPenalty;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Parameters that mattered to old tasks are held near the values they had: {@code L'(θ) = L(θ) + λ
 * Σ_t Σ_i F_ti (θ_i - θ_ti)²} (arXiv 1612.00796, eq. 3, without its factor one half), where {@code
 * F_t} is the diagonal Fisher information of task t, averaged over its training examples, at the
 * parameters {@code θ_t} the task ended with. Online (arXiv 1805.06370): {@code F ← γF + F_t}, held
 * near the latest parameters.
 */
@Description(
    value = "Elastic weight consolidation: holds the parameters that mattered to old tasks.",
    paper = "arXiv 1612.00796; online: arXiv 1805.06370",
    needs = "task boundaries; a model with per-example gradients unless fisher is batch")
public final class ElasticWeightConsolidation implements Regularizer {
  /** How the penalty enters the step. */
  public enum PenaltyStep {
    /** As a proximal step after the optimiser's; stable for every λ. */
    IMPLICIT,
    /** Added to the loss's gradient, as in the papers; diverges when λ is large. */
    GRADIENT
  }

  /** The settings of {@code ewc}. */
  public record Settings(
      @Description(
              value =
                  "λ in L + λ Σ F (θ - θ_t)². There is no factor one half: a λ from a framework that"
                      + " halves is twice as large.",
              byDefault = "100",
              min = 0,
              paper = "arXiv 1612.00796, eq. 3")
          double lambda,
      @Description(
              value =
                  "What is squared and averaged: the gradients of log p of each example, over the"
                      + " model's own labels (exact), for the true label (empirical) or one drawn"
                      + " from the model (sampled), or the mean gradient of a batch (batch).",
              byDefault = "empirical",
              paper = "arXiv 1612.00796, section 2")
          FisherInformation.Variant fisher,
      @Description(
              value =
                  "One running Fisher, anchored at the latest parameters, instead of one a task.",
              byDefault = "false",
              paper = "arXiv 1805.06370, section 3")
          boolean online,
      @Description(
              value = "γ: how much of the running Fisher is kept at each task; only with online.",
              byDefault = "1.0",
              min = 0,
              max = 1,
              paper = "arXiv 1805.06370, section 3")
          double decay,
      @Description(
              value =
                  "implicit steps are stable for every λ; gradient is what the papers did. Beside a"
                      + " strategy that changes the gradient, it is always gradient.",
              byDefault = "implicit")
          PenaltyStep penaltyStep,
      @Description(
              value =
                  "Examples a batch when the Fisher is estimated. Changes the result of the batch"
                      + " variant only.",
              byDefault = "128",
              min = 1)
          int fisherBatchSize) {
    /** Checks that a decay is used where it has a meaning. */
    public Settings {
      if (!online && decay != 1) {
        throw new IllegalArgumentException("decay needs online: true");
      }
    }
  }

  private final Settings settings;
  private final RandomSource random;
  private final ConsolidatedPenalty penalty = new ConsolidatedPenalty();
  private List<Model.Slice> layout = List.of();

  @Inject
  ElasticWeightConsolidation(Settings settings, RandomSource random) {
    this.settings = settings;
    this.random = random;
  }

  @Override
  public void check(Composition composition, Consumer<Finding> findings) {
    if (settings.fisher().perExample() && !(composition.model() instanceof PerExampleGradients)) {
      findings.accept(
          Finding.error(
              "ewc",
              "this Fisher needs gradients of single examples, which this model does not give.",
              "Choose fisher: batch, or another model, such as mlp."));
    }
    if (composition.setting() == Setting.CLASS_INCREMENTAL) {
      findings.accept(
          Finding.warning(
              "ewc",
              "without task labels new classes win over old ones whatever the penalty: about 20 %"
                  + " on five tasks of two classes is the known result (arXiv 1904.07734).",
              "Add a strategy that rehearses old classes."));
    }
  }

  @Override
  public void afterTask(Learner learner) {
    layout = learner.model().layout();
    INDArray parameters = learner.model().parameters();
    INDArray fisher =
        FisherInformation.estimate(learner, settings.fisher(), settings.fisherBatchSize(), random);
    if (settings.online()) {
      penalty.replace(settings.decay(), fisher, parameters);
    } else {
      penalty.merge(fisher, parameters);
    }
    fisher.close();
  }

  @Override
  public double penalize(INDArray parameters, INDArray penaltyGradient) {
    return penalty.isEmpty()
        ? 0
        : penalty.addGradient(settings.lambda(), parameters, penaltyGradient);
  }

  @Override
  public Optional<QuadraticPenalty> implicit() {
    return settings.penaltyStep() == PenaltyStep.IMPLICIT && !penalty.isEmpty()
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
        "lambda * sum F (theta - anchor)^2, not halved",
        "fisher",
        settings.fisher().convention(settings.fisherBatchSize()),
        "tasks",
        settings.online() ? "online, decay " + settings.decay() : "one quadratic a task",
        "penaltyStep",
        settings.penaltyStep().name().toLowerCase(Locale.ROOT));
  }

  @Override
  public List<Artefact> artefacts() {
    // A resumed run knows the tensors' names again after its next task.
    return penalty.isEmpty() || layout.isEmpty()
        ? List.of()
        : List.of(GuardHistogram.of(penalty.quadratic(1).importance(), layout));
  }

  @Override
  public State save() {
    return State.builder().part("penalty", penalty.save()).part("random", random.save()).build();
  }

  @Override
  public void restore(State state) {
    penalty.restore(state.part("penalty"));
    random.restore(state.part("random"));
  }
}
