package io.perennial.gate;

import io.perennial.api.Artefact;
import io.perennial.api.Batch;
import io.perennial.api.Composition;
import io.perennial.api.Configured;
import io.perennial.api.Description;
import io.perennial.api.Examples;
import io.perennial.api.Expansion;
import io.perennial.api.Extensions;
import io.perennial.api.Finding;
import io.perennial.api.Learner;
import io.perennial.api.LossTerm;
import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.RandomSource;
import io.perennial.api.Regularizer;
import io.perennial.api.Router;
import io.perennial.api.State;
import io.perennial.api.Strategy;
import io.perennial.api.Task;
import io.perennial.models.DescribableRouter;
import io.perennial.models.OperatorGraph;
import io.perennial.models.TaskModels;
import io.perennial.models.Workers;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An expert network and an autoencoder gate a task. Without a task label a row goes to the expert
 * whose gate reconstructs it best, {@code p_k = softmax(-Er_k / temperature)}. A new expert starts
 * from the one most related to its task, {@code Rel = 1 - |Er_a - Er_k| / Er_k}: if that is at
 * least the threshold with learning without forgetting, otherwise by fine-tuning. Only a task's own
 * classes may win in a row that was sent to its expert.
 */
@Description(
    value =
        "An expert a task, chosen without a label by the autoencoder that knows the input best.",
    paper = "arXiv 1611.06194",
    needs =
        "model-expansion; features in [0, 1] or input: standardized; more features than gateHidden")
public final class ExpertGate
    implements Expansion, Router, DescribableRouter, LossTerm, Regularizer {
  /** The settings of {@code expert-gate}. */
  public record Settings(
      @Description(
              value = "Width of a gate's code; less than an example's values.",
              byDefault = "32",
              min = 1,
              paper = "arXiv 1611.06194, section 3.1")
          int gateHidden,
      @Description(
              value = "Steps in which a gate is trained.",
              byDefault = "500",
              min = 1,
              max = 10_000_000)
          int gateIterations,
      @Description(value = "Examples in each of these steps.", byDefault = "128", min = 1)
          int gateBatchSize,
      @Description(
              value = "Learning rate of a gate's Adam.",
              byDefault = "0.003",
              min = 0,
              aboveMin = true)
          double gateLearningRate,
      @Description(
              value =
                  "What gates see: raw needs values in [0, 1], such as pixels; standardized is"
                      + " sigmoid((x - mean) / deviation) by the first task's statistics.",
              byDefault = "raw",
              paper = "arXiv 1611.06194, section 3.1")
          InputScale.Kind input,
      @Description(
              value =
                  "How related the most related task must be for its expert's answers to be kept"
                      + " while the new expert starts from it.",
              byDefault = "0.85",
              max = 1,
              paper = "arXiv 1611.06194, section 4")
          double relatedThreshold,
      @Description(
              value = "λ of learning without forgetting.",
              byDefault = "1",
              min = 0,
              paper = "arXiv 1606.09282, eq. 3")
          double distillation,
      @Description(
              value = "Temperature of learning without forgetting.",
              byDefault = "2",
              min = 0,
              aboveMin = true,
              paper = "arXiv 1606.09282, eq. 2")
          double distillationTemperature,
      @Description(
              value =
                  "Temperature of the gates' softmax: how sure they say they are, not whom they"
                      + " choose.",
              byDefault = "2",
              min = 0,
              aboveMin = true,
              paper = "arXiv 1611.06194, section 3.2")
          double temperature,
      @Description(
              value = "Networks kept in memory at most; the others rest on disk.",
              byDefault = "2",
              min = 2)
          int expertsInMemory,
      @Description(
              value =
                  "Regularisers at work in an expert that starts from a related one, such as ewc.",
              byDefault = "[]")
          List<Configured<Strategy>> inside) {
    /** Keeps an unmodifiable copy of the list. */
    public Settings {
      inside = List.copyOf(inside);
    }
  }

  private static final int NONE = -1;

  private final Settings settings;
  private final Gates gates;
  private final InsideExperts inside;
  private final Distillation distillation;
  private final Routing routing = new Routing();
  private final List<double[]> related = new ArrayList<>();
  private int teacher = NONE;
  private boolean switching;

  @Inject
  ExpertGate(Settings settings, RandomSource random, Workers workers, Extensions extensions) {
    this.settings = settings;
    this.gates = new Gates(settings, random, workers);
    this.inside = new InsideExperts(settings.inside(), extensions);
    this.distillation =
        new Distillation(settings.distillation(), settings.distillationTemperature());
  }

  @Override
  public void check(Composition composition, Consumer<Finding> findings) {
    new GateCheck(settings, gates).check(composition, findings);
    inside.check(settings.inside(), findings);
    inside.all().forEach(strategy -> strategy.check(composition, findings));
  }

  @Override
  public Optional<Growth> expandBefore(Learner learner) {
    Task task = learner.task();
    gates.add(learner);
    Examples measured = task.validation().size() > 0 ? task.validation() : task.training();
    double[] rel = Gates.relatedness(gates.errors(learner, measured));
    related.add(rel);
    routing.begin(task.name());
    int nearest = nearest(rel);
    teacher = nearest != NONE && rel[nearest] >= settings.relatedThreshold() ? nearest : NONE;
    inside.begin(teacher);
    switching = true;
    int oldSize = Math.toIntExact(learner.model().parameters().length());
    if (nearest == NONE) {
      Model experts = new TaskModels(learner.model(), task.classes(), settings.expertsInMemory());
      return Optional.of(new Growth(experts, ParameterMap.identity(oldSize)));
    }
    TaskModels experts = experts(learner);
    experts.add(experts.network(nearest).copy(), task.classes());
    int newSize = Math.toIntExact(experts.parameters().length());
    return Optional.of(new Growth(experts, ParameterMap.fresh(oldSize, newSize)));
  }

  private static int nearest(double[] rel) {
    int nearest = NONE;
    for (int a = 0; a < rel.length; a++) {
      nearest = nearest == NONE || rel[a] > rel[nearest] ? a : nearest;
    }
    return nearest;
  }

  private static TaskModels experts(Learner learner) {
    if (learner.model() instanceof TaskModels experts) {
      return experts;
    }
    throw new IllegalStateException("The experts of the tasks so far have been replaced");
  }

  @Override
  public boolean carriesParameters() {
    return false;
  }

  /** A network a task, also where most of them rest on disk: a checkpoint reads them. */
  @Override
  public Size largest(Composition composition) {
    Size one = Size.of(composition.model());
    return new Size(one.live(), one.all() * composition.tasks().size());
  }

  /** A gate a task, and what works inside an expert, for each and for the one at work. */
  @Override
  public long bytesKept(Composition composition, Expansion.Size parameters) {
    long tasks = composition.tasks().size();
    Size expert = new Size(parameters.live(), parameters.live());
    long kept = tasks * gates.bytesEach(composition.model());
    for (Strategy strategy : inside.all()) {
      kept += (tasks + 1) * strategy.bytesKept(composition, expert);
    }
    return kept;
  }

  @Override
  public Model rebuild(Model initial, State saved) {
    TaskModels experts = new TaskModels(initial, new int[0], settings.expertsInMemory());
    experts.restore(saved);
    return experts;
  }

  @Override
  public void route(INDArray features, int[] tasks) {
    gates.route(features, tasks);
  }

  @Override
  public String describeRoute(OperatorGraph graph, String features) {
    return gates.describeRoute(graph, features);
  }

  @Override
  public void measured(int[] tasks, int[] inferred) {
    for (int n = 0; n < tasks.length; n++) {
      routing.count(tasks[n], inferred[n], gates.confidence(n));
    }
  }

  @Override
  public double add(Learner learner, Batch batch, INDArray logits, INDArray gradient) {
    return teacher == NONE || settings.distillation() == 0
        ? 0
        : distillation.add(experts(learner), teacher, batch, gradient);
  }

  // What is inside an expert guards its parameters.

  @Override
  public void beforeTask(Learner learner) {
    inside.all().forEach(strategy -> strategy.beforeTask(expert(learner)));
  }

  @Override
  public void taskResumed(Learner learner) {
    inside.all().forEach(strategy -> strategy.taskResumed(expert(learner)));
  }

  @Override
  public void observe(INDArray parameters, INDArray lossGradient) {
    inside.regularizers().forEach(guard -> guard.observe(parameters, lossGradient));
  }

  @Override
  public double penalize(INDArray parameters, INDArray penaltyGradient) {
    double sum = 0;
    for (Regularizer guard : inside.regularizers()) {
      sum += guard.penalize(parameters, penaltyGradient);
    }
    return sum;
  }

  /** Two penalties have no common quadratic, so they go through the gradient. */
  @Override
  public Optional<QuadraticPenalty> implicit() {
    List<Regularizer> guards = inside.regularizers();
    return guards.size() == 1 ? guards.get(0).implicit() : Optional.empty();
  }

  @Override
  public void afterStep(Learner learner, Batch batch) {
    inside.all().forEach(strategy -> strategy.afterStep(expert(learner), batch));
  }

  @Override
  public int afterPhase(Learner learner) {
    int epochs = 0;
    for (Strategy strategy : inside.all()) {
      epochs = Math.max(epochs, strategy.afterPhase(expert(learner)));
    }
    return epochs;
  }

  @Override
  public void afterTask(Learner learner) {
    inside.all().forEach(strategy -> strategy.afterTask(expert(learner)));
    inside.end();
    routing.clear();
  }

  private static Learner expert(Learner learner) {
    return new ExpertLearner(learner, experts(learner));
  }

  @Override
  public void remap(ParameterMap map) {
    if (switching) {
      switching = false; // To another expert, whose guards are in place already.
    } else {
      inside.all().forEach(strategy -> strategy.remap(map));
    }
  }

  @Override
  public Map<String, String> conventions() {
    return Map.of(
        "relatedness",
        "1 - |Er_a - Er_k| / Er_k on validation examples, else training examples",
        "reconstructionError",
        "cross-entropy in nats, summed over values; input "
            + settings.input().name().toLowerCase(Locale.ROOT),
        "distillation",
        "lambda * mean cross-entropy of softened probabilities, without T^2",
        "otherClasses",
        "those not of the chosen expert's task cannot win");
  }

  @Override
  public List<Artefact> artefacts() {
    return List.of(
        routing.relatedness(related),
        routing.decisions(related, settings.relatedThreshold()),
        routing.confusion(),
        routing.accuracy());
  }

  @Override
  public State save() {
    List<List<Double>> rel = new ArrayList<>();
    for (double[] row : related) {
      rel.add(Arrays.stream(row).boxed().toList());
    }
    return State.builder()
        .value("related", rel)
        .value("teacher", (long) teacher)
        .part("gates", gates.save())
        .part("routing", routing.save())
        .part("inside", inside.save())
        .build();
  }

  @Override
  public void restore(State state) {
    teacher = Math.toIntExact(state.integer("teacher"));
    switching = false;
    related.clear();
    for (Object row : (List<?>) state.values().getOrDefault("related", List.of())) {
      related.add(
          ((List<?>) row).stream().mapToDouble(value -> ((Number) value).doubleValue()).toArray());
    }
    gates.restore(state.part("gates"));
    routing.restore(state.part("routing"));
    inside.restore(state.part("inside"));
  }
}
