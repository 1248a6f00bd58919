package io.perennial.ewc;

import io.perennial.api.Artefact;
import io.perennial.api.Batch;
import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Examples;
import io.perennial.api.Expansion;
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
import io.perennial.models.Workers;
import jakarta.inject.Inject;
import java.util.Arrays;
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
 * near the latest parameters; by steps ({@code every}), t counts stretches of the stream rather
 * than tasks, and {@code F_t} is averaged over the latest examples of a stretch.
 */
@Description(
    value = "Elastic weight consolidation: holds the parameters that mattered to old tasks.",
    paper = "arXiv 1612.00796; online: arXiv 1805.06370",
    needs =
        "task boundaries unless every is above 0; a model with per-example gradients unless fisher"
            + " is batch")
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
                  "λ in L + λ Σ F (θ - θ_t)². There is no factor one half: a λ from a framework"
                      + " that halves is twice as large.",
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
          int fisherBatchSize,
      @Description(
              value =
                  "Steps between two consolidations, whatever the tasks; for streams without"
                      + " boundaries, only with online. 0: at the end of each task.",
              byDefault = "0",
              min = 0)
          int every,
      @Description(
              value =
                  "The most examples the Fisher is estimated from when every is above 0: the latest"
                      + " since the last consolidation. So many are kept.",
              byDefault = "1000",
              min = 1)
          int recent) {
    /** Checks that a decay and a schedule are used where they have a meaning. */
    public Settings {
      if (!online && decay != 1) {
        throw new IllegalArgumentException("decay needs online: true");
      }
      if (!online && every > 0) {
        throw new IllegalArgumentException(
            "every needs online: true; one quadratic a stretch would hold the network ever harder");
      }
    }
  }

  private final Settings settings;
  private final RandomSource random;
  private final Workers workers;
  private final ConsolidatedPenalty penalty = new ConsolidatedPenalty();
  private final RecentExamples recent;
  private long steps;
  private List<Model.Slice> layout = List.of();

  @Inject
  ElasticWeightConsolidation(Settings settings, RandomSource random, Workers workers) {
    this.settings = settings;
    this.random = random;
    this.workers = workers;
    this.recent = new RecentExamples(settings.recent());
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
    if (settings.every() > 0 && composition.setting().taskKnownAtTest()) {
      findings.accept(
          Finding.error(
              "ewc",
              "with every above 0 it does not know which task an example belongs to, so it cannot"
                  + " leave the other tasks' classes out of the Fisher, and in this setting it"
                  + " must.",
              "Set every: 0."));
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
  public boolean needsBoundaries() {
    return settings.every() == 0;
  }

  @Override
  public void afterStep(Learner learner, Batch batch) {
    if (settings.every() == 0) {
      return;
    }
    recent.add(batch);
    steps++;
    if (steps % settings.every() == 0) {
      consolidate(learner, recent);
      recent.clear();
    }
  }

  @Override
  public void afterTask(Learner learner) {
    if (settings.every() == 0) {
      consolidate(learner, learner.task().training());
    }
  }

  private void consolidate(Learner learner, Examples examples) {
    layout = learner.model().layout();
    INDArray parameters = learner.model().parameters();
    INDArray fisher =
        FisherInformation.estimate(
            learner, examples, settings.fisher(), settings.fisherBatchSize(), random, workers);
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
        schedule(),
        "penaltyStep",
        settings.penaltyStep().name().toLowerCase(Locale.ROOT));
  }

  private String schedule() {
    if (!settings.online()) {
      return "one quadratic a task";
    }
    String when =
        settings.every() == 0
            ? "at each task"
            : "every %d steps, from the latest %d examples at most"
                .formatted(settings.every(), settings.recent());
    return "online, decay " + settings.decay() + ", " + when;
  }

  @Override
  public List<Artefact> artefacts() {
    return penalty.isEmpty() || layout.isEmpty()
        ? List.of()
        : List.of(GuardHistogram.of(penalty.quadratic(1).importance(), layout));
  }

  /** Importance and anchor of each parameter, and the examples it consolidates from. */
  @Override
  public long bytesKept(Composition composition, Expansion.Size parameters) {
    long consolidated = 2 * parameters.live() * composition.model().dataType().width();
    long width = Arrays.stream(composition.model().inputShape()).reduce(1, (a, b) -> a * b);
    return consolidated + (settings.every() > 0 ? settings.recent() * width * Float.BYTES : 0);
  }

  @Override
  public State save() {
    State.Builder state =
        State.builder()
            .part("penalty", penalty.save())
            .part("random", random.save())
            .value("layout", GuardHistogram.describe(layout));
    if (settings.every() > 0) {
      state.part("recent", recent.save()).value("steps", steps);
    }
    return state.build();
  }

  @Override
  public void restore(State state) {
    penalty.restore(state.part("penalty"));
    layout = GuardHistogram.layout(state.values().get("layout"));
    random.restore(state.part("random"));
    if (settings.every() > 0) {
      recent.restore(state.part("recent"));
      steps = state.integer("steps");
    }
  }
}
