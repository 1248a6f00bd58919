package io.perennial.net2net;

import io.perennial.api.Artefact;
import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Expansion;
import io.perennial.api.Finding;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.api.Task;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The network grows when the current task is not learned well enough, and computes the same before
 * and after: {@code W'1[j] = W1[g(j)], W'2[k, j] = W2[k, g(j)] / r(g(j))} for wider hidden layers,
 * an identity layer for a deeper network (arXiv 1511.05641). Growth after the last epoch of a task
 * is followed by more epochs.
 */
@Description(
    value = "Net2Net: hidden layers grow wider, or more, without changing what is computed.",
    paper = "arXiv 1511.05641; in lifelong learning: arXiv 1811.07017",
    needs = "model-expansion; a model that can be widened, and one with ReLU to deepen it")
public final class Net2Net implements Expansion {
  /** When the network grows. */
  public enum Policy {
    /** Before each task but the first. */
    ALWAYS,
    /** At the end of a task's training, when its accuracy on the training data is too low. */
    ACCURACY_BELOW,
    /** When training accuracy is too low and stopped rising. */
    PLATEAU
  }

  /** The settings of {@code net2net}. */
  public record Settings(
      @Description(
              value =
                  "always: before each task but the first; accuracy-below: when training on a task"
                      + " ends below the threshold, with further epochs then; plateau: as soon as"
                      + " training accuracy below the threshold has not risen for some epochs.",
              byDefault = "accuracy-below",
              paper = "arXiv 1811.07017")
          Policy policy,
      @Description(
              value = "Training accuracy that is good enough; not used by always.",
              byDefault = "0.95",
              min = 0,
              max = 1)
          double threshold,
      @Description(
              value = "Epochs without a rise by 0.001 that make a plateau; only for plateau.",
              byDefault = "3",
              min = 1)
          int patience,
      @Description(
              value = "What each hidden layer's width is multiplied by, rounded up.",
              byDefault = "1.5",
              min = 1,
              aboveMin = true)
          double widenBy,
      @Description(
              value = "Whether each growth also inserts an identity layer after the last hidden.",
              byDefault = "false",
              paper = "arXiv 1511.05641, section 2.3")
          boolean deepen,
      @Description(
              value =
                  "The most parameters the network may ever have, with all outputs; 0 for no limit."
                      + " A growth that does not fit is made smaller.",
              byDefault = "0",
              min = 0)
          long maxParameters,
      @Description(
              value =
                  "Standard deviation of the noise on copied weights, in units of their root mean"
                      + " square; 0 changes no output, but copies then stay equal.",
              byDefault = "0.01",
              min = 0,
              paper = "arXiv 1511.05641, section 2.2")
          double noise,
      @Description(value = "The most growths in one task.", byDefault = "2", min = 1)
          int maxGrowths) {}

  private static final double RISE = 0.001;

  private final Settings settings;
  private final RandomSource random;
  private final GrowthLog log = new GrowthLog();
  private int classes;

  // Of the task at hand.
  private int growths;
  private int epochs;
  private int owedEpochs;
  private double best;
  private int epochsWithoutRise;
  private double trainingAccuracy;

  @Inject
  Net2Net(Settings settings, RandomSource random) {
    this.settings = settings;
    this.random = random;
  }

  @Override
  public Optional<Growth> expandBefore(Learner learner) {
    growths = 0;
    epochs = 0;
    owedEpochs = 0;
    best = 0;
    epochsWithoutRise = 0;
    trainingAccuracy = Double.NaN;
    boolean wanted = settings.policy() == Policy.ALWAYS && learner.task().index() > 0;
    return wanted ? grow(learner) : Optional.empty();
  }

  @Override
  public Optional<Growth> expandAfterEpoch(Learner learner, double accuracy) {
    trainingAccuracy = accuracy;
    owedEpochs = Math.max(0, owedEpochs - 1);
    epochs += learner.phase() == 0 ? 1 : 0;
    epochsWithoutRise = accuracy > best + RISE ? 0 : epochsWithoutRise + 1;
    best = Math.max(best, accuracy);
    if (settings.policy() == Policy.PLATEAU && epochsWithoutRise >= settings.patience()) {
      epochsWithoutRise = 0;
      return growIfNeeded(learner, accuracy, settings.patience());
    }
    return Optional.empty();
  }

  @Override
  public Optional<Growth> expandAfterPhase(Learner learner, double accuracy) {
    return settings.policy() == Policy.ACCURACY_BELOW
        ? growIfNeeded(learner, accuracy, epochs)
        : Optional.empty();
  }

  /** The epochs that the latest growth still has to be trained for. */
  @Override
  public int afterPhase(Learner learner) {
    return owedEpochs;
  }

  private Optional<Growth> growIfNeeded(Learner learner, double accuracy, int epochsAfter) {
    if (!(accuracy < settings.threshold()) || growths >= settings.maxGrowths()) {
      return Optional.empty();
    }
    Optional<Growth> growth = grow(learner);
    if (growth.isPresent()) {
      owedEpochs = epochsAfter;
    }
    return growth;
  }

  private Optional<Growth> grow(Learner learner) {
    Model model = learner.model();
    NetworkGrowth growth =
        new NetworkGrowth(settings.widenBy(), settings.deepen())
            .within(settings.maxParameters(), model, classes);
    if (growth.isNothing()) {
      return Optional.empty();
    }
    growths++;
    ParameterMap map = growth.apply(model, settings.noise(), random);
    return Optional.of(new Growth(model, map));
  }

  @Override
  public void afterTask(Learner learner) {
    log.add(learner, growths, trainingAccuracy);
  }

  @Override
  public void check(Composition composition, Consumer<Finding> findings) {
    classes = composition.tasks().stream().mapToInt(Net2Net::outputs).max().orElse(0);
    new Feasibility(settings, composition, findings).check(classes);
  }

  /**
   * As far as its limit; without one, as if it grew whenever it may, which a stream of many tasks
   * makes very large.
   */
  @Override
  public Size largest(Composition composition) {
    Model model = composition.model();
    long now = model.parameterCount();
    long most = settings.maxParameters();
    if (most == 0) {
      int tasks = composition.tasks().size();
      int growths = settings.policy() == Policy.ALWAYS ? tasks - 1 : tasks * settings.maxGrowths();
      NetworkGrowth growth = new NetworkGrowth(settings.widenBy(), settings.deepen());
      double first = (double) growth.parametersAfter(model, model.classes()) / now;
      // Weights between two hidden layers grow with the square of the width.
      double square = settings.widenBy() * settings.widenBy() * (settings.deepen() ? 2 : 1);
      most = (long) Math.min(1L << 40, now * Math.pow(Math.max(first, square), growths));
    }
    return new Size(Math.max(most, now), Math.max(most, now));
  }

  private static int outputs(Task task) {
    int outputs = 0;
    for (int label : task.classes()) {
      outputs = Math.max(outputs, label + 1);
    }
    return outputs;
  }

  @Override
  public Map<String, String> conventions() {
    return Map.of(
        "noise",
        "normal, on the incoming weights of copies, relative to the root mean square of the layer",
        "newLayers",
        "identity layers have no source: no momentum, and no penalty guards them");
  }

  @Override
  public List<Artefact> artefacts() {
    return log.artefacts();
  }

  @Override
  public State save() {
    return State.builder()
        .value("growths", (long) growths)
        .value("epochs", (long) epochs)
        .value("owedEpochs", (long) owedEpochs)
        .value("best", best)
        .value("epochsWithoutRise", (long) epochsWithoutRise)
        .value("trainingAccuracy", trainingAccuracy)
        .part("random", random.save())
        .part("log", log.save())
        .build();
  }

  @Override
  public void restore(State state) {
    growths = Math.toIntExact(state.integer("growths"));
    epochs = Math.toIntExact(state.integer("epochs"));
    owedEpochs = Math.toIntExact(state.integer("owedEpochs"));
    best = state.number("best");
    epochsWithoutRise = Math.toIntExact(state.integer("epochsWithoutRise"));
    trainingAccuracy = state.number("trainingAccuracy");
    random.restore(state.part("random"));
    log.restore(state.part("log"));
  }
}
