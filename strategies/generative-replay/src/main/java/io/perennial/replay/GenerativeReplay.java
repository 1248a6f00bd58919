package io.perennial.replay;

import io.perennial.api.Artefact;
import io.perennial.api.Batch;
import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Expansion;
import io.perennial.api.Finding;
import io.perennial.api.Learner;
import io.perennial.api.LossTerm;
import io.perennial.api.Model;
import io.perennial.api.Objective;
import io.perennial.api.RandomSource;
import io.perennial.api.Rehearsal;
import io.perennial.api.Rows;
import io.perennial.api.State;
import io.perennial.api.Task;
import io.perennial.models.Likelihood;
import io.perennial.models.VariationalAutoencoder;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * At the t-th task every batch is joined by samples of a generator of the old tasks, which the
 * solver of the last task labels: {@code L = 1/t L_real + (1 - 1/t) L_replayed} (arXiv 1705.08690,
 * eq. 1-2, with r = 1/t). The generator, a variational autoencoder, makes its own steps on the same
 * rows with the same weights, so that its samples stand for all tasks so far; no example is kept.
 */
@Description(
    value = "Deep generative replay: rehearses old tasks from what a generator remembers of them.",
    paper = "arXiv 1705.08690; soft targets: arXiv 1809.10635")
public final class GenerativeReplay implements Rehearsal, LossTerm {
  /** How the previous solver labels what was generated. */
  public enum Targets {
    /** The most probable class: DGR. */
    HARD,
    /** The probabilities at a temperature: DGR with distillation. */
    SOFT
  }

  /** The settings of {@code generative-replay}. */
  public record Settings(
      @Description(
              value = "Generated rows for each real one; their weight in the loss stays the same.",
              byDefault = "1.0",
              min = 0,
              aboveMin = true,
              max = 100)
          double rows,
      @Description(
              value =
                  "hard: generated rows get the previous solver's most probable class; soft: its"
                      + " probabilities (distillation).",
              byDefault = "hard",
              paper = "arXiv 1809.10635, section 2")
          Targets targets,
      @Description(
              value =
                  "T: soft targets and the solver's answers to them are softmax(logits / T), and"
                      + " their loss is multiplied by T². Only with soft targets.",
              byDefault = "" + TEMPERATURE,
              min = 0,
              aboveMin = true,
              paper = "arXiv 1503.02531; T = 2: arXiv 1809.10635")
          double temperature,
      @Description(
              value =
                  "The widths of the generator's encoder from the input on; its decoder has them"
                      + " reversed.",
              byDefault = "[400, 400]",
              min = 1,
              paper = "arXiv 1809.10635, appendix")
          List<Integer> hidden,
      @Description(
              value = "The generator's latent variables.",
              byDefault = "100",
              min = 1,
              paper = "arXiv 1809.10635, appendix")
          int latent,
      @Description(
              value =
                  "bernoulli for values in [0, 1], such as pixels; gaussian for standardised values.",
              byDefault = "bernoulli")
          Likelihood likelihood,
      @Description(
              value =
                  "The standard deviation of the gaussian likelihood: what varies less is not"
                      + " learned. Only with gaussian.",
              byDefault = "" + DEVIATION,
              min = 0,
              aboveMin = true)
          double deviation,
      @Description(
              value = "The learning rate of the generator's Adam.",
              byDefault = "0.001",
              min = 0,
              aboveMin = true)
          double generatorLearningRate,
      @Description(
              value =
                  "Steps of the generator for each step of the solver, on the same rows. More help"
                      + " when a task has few steps.",
              byDefault = "1",
              min = 1,
              max = 1000)
          int generatorSteps) {
    private static final double DEVIATION = 0.3;
    private static final double TEMPERATURE = 2.0;

    /** Checks that nothing is given where it has no meaning. */
    public Settings {
      hidden = List.copyOf(hidden);
      if (targets == Targets.HARD && temperature != TEMPERATURE) {
        throw new IllegalArgumentException("temperature needs targets: soft");
      }
      if (likelihood == Likelihood.BERNOULLI && deviation != DEVIATION) {
        throw new IllegalArgumentException("deviation needs likelihood: gaussian");
      }
    }

    VariationalAutoencoder.Settings generator(long[] inputShape) {
      double width = likelihood == Likelihood.GAUSSIAN ? deviation : 1;
      return new VariationalAutoencoder.Settings(
          inputShape, List.of(), hidden, latent, 0, likelihood, width);
    }

    boolean corrects() {
      return targets == Targets.SOFT && temperature != 1;
    }
  }

  private final Settings settings;
  private final RandomSource random;
  private final Workers workers;
  private final TemperatureCorrection correction;
  private final SampleGrids grids = new SampleGrids();
  private @Nullable Generator generator;
  private @Nullable PreviousSolver previous;

  /** What was restored, until there is a model to make it of. */
  private State restored = State.EMPTY;

  @Inject
  GenerativeReplay(Settings settings, RandomSource random, Workers workers) {
    this.settings = settings;
    this.random = random;
    this.workers = workers;
    this.correction = new TemperatureCorrection(settings.temperature());
  }

  @Override
  public void check(Composition composition, Consumer<Finding> findings) {
    if (!composition.with(Expansion.class).stream().allMatch(Expansion::carriesParameters)) {
      findings.accept(
          Finding.error(
              "generative-replay",
              "each task has new parameters and the old ones are left alone, so that there is"
                  + " nothing to rehearse.",
              "Remove one of the two."));
    }
    boolean shared =
        composition.with(Rehearsal.class).size() > 1
            || !composition.with(Objective.class).isEmpty();
    if (settings.corrects() && shared) {
      findings.accept(
          Finding.error(
              "generative-replay",
              "soft targets at a temperature other than 1 expect the cross-entropy and to be the"
                  + " only rehearsal.",
              "Choose targets: hard, or temperature: 1."));
    }
    if (settings.likelihood() == Likelihood.BERNOULLI) {
      composition.tasks().stream()
          .filter(task -> !FeatureRange.isUnit(task))
          .findFirst()
          .ifPresent(task -> findings.accept(outside(task)));
    }
  }

  private static Finding outside(Task task) {
    return Finding.error(
        "generative-replay",
        "task '"
            + task.name()
            + "' has values outside [0, 1], which a Bernoulli likelihood cannot describe.",
        "Choose likelihood: gaussian for standardised values, or scale them to [0, 1].");
  }

  @Override
  public void beforeTask(Learner learner) {
    Model model = learner.model();
    if (generator == null) {
      generator =
          new Generator(
              settings.generator(model.inputShape()),
              model.dataType(),
              settings.generatorLearningRate(),
              random.child("generator"),
              workers);
      if (!restored.isEmpty()) {
        generator.restore(restored.part("generator"));
        Model solver = model.copy();
        solver.restore(restored.part("solver"));
        previous = new PreviousSolver(solver);
        restored = State.EMPTY;
      }
    }
    if (previous != null) {
      previous.prepare(learner);
    }
  }

  /** t - 1 at the t-th task, so that real rows weigh 1/t. */
  @Override
  public double mass(Learner learner) {
    return previous == null ? 0 : learner.seen().size() - 1;
  }

  @Override
  public void rehearse(Learner learner, Rows rows) {
    PreviousSolver labels = started(previous);
    int count = Math.max(1, (int) Math.round(settings.rows() * rows.realRows()));
    INDArray generated = started(generator).generate(count, random);
    if (settings.targets() == Targets.HARD) {
      labels.addHard(generated, count, random, rows);
    } else {
      int classes = learner.model().classes();
      labels.addSoft(generated, count, classes, settings.temperature(), random, rows);
    }
  }

  @Override
  public double add(Learner learner, Batch batch, INDArray logits, INDArray gradient) {
    return settings.corrects() ? correction.add(batch, logits, gradient) : 0;
  }

  @Override
  public void afterStep(Learner learner, Batch batch) {
    for (int step = 0; step < settings.generatorSteps(); step++) {
      started(generator).learn(batch, random);
    }
  }

  @Override
  public void afterTask(Learner learner) {
    Generator taught = started(generator);
    taught.taskDone();
    if (previous != null) {
      previous.close();
    }
    previous = new PreviousSolver(learner.model().copy());
    if (SampleGrids.canShow(learner.task().shape())) {
      // A generator of its own: looking at samples must not change those that come after.
      RandomSource look = random.child("samples after task " + learner.task().index());
      grids.add(taught.generate(SampleGrids.SAMPLES, look));
    }
  }

  @Override
  public Map<String, String> conventions() {
    boolean soft = settings.targets() == Targets.SOFT;
    return Map.of(
        "mass",
        "real rows 1/t, replayed rows 1 - 1/t at the t-th task",
        "targets",
        soft
            ? "softmax(logits / T), 0 for new classes; loss times T^2; T = "
                + settings.temperature()
            : "the previous solver's most probable class",
        "generator",
        "VAE "
            + settings.hidden()
            + ", latent "
            + settings.latent()
            + ", "
            + settings.likelihood().name().toLowerCase(Locale.ROOT)
            + "; samples are the decoder's means",
        "generatorTraining",
        settings.generatorSteps() + " step(s) on the rows of each solver step, with their weights");
  }

  @Override
  public List<Artefact> artefacts() {
    return grids.artefacts();
  }

  @Override
  public State save() {
    State.Builder state = State.builder().part("random", random.save()).part("grids", grids.save());
    if (generator != null && previous != null) {
      state.part("generator", generator.save()).part("solver", previous.model().save());
    } else if (!restored.isEmpty()) {
      state.part("generator", restored.part("generator")).part("solver", restored.part("solver"));
    }
    return state.build();
  }

  @Override
  public void restore(State state) {
    random.restore(state.part("random"));
    grids.restore(state.part("grids"));
    restored = state.parts().containsKey("solver") ? copyOf(state) : State.EMPTY;
    generator = null;
    previous = null;
  }

  private static State copyOf(State state) {
    State.Builder copy = State.builder();
    state.tensors().forEach((name, tensor) -> copy.tensor(name, Vectors.copyOf(tensor)));
    state.values().forEach(copy::value);
    state.parts().forEach((name, part) -> copy.part(name, copyOf(part)));
    return copy.build();
  }

  private static <T> T started(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("generative-replay was not told that a task begins");
    }
    return part;
  }
}
