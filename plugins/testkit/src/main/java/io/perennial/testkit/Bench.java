package io.perennial.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import io.perennial.api.Composition;
import io.perennial.api.Configured;
import io.perennial.api.Finding;
import io.perennial.api.Model;
import io.perennial.api.ModelFactory;
import io.perennial.api.Optimizer;
import io.perennial.api.RandomSource;
import io.perennial.api.Scenario;
import io.perennial.api.State;
import io.perennial.api.Strategy;
import io.perennial.api.Task;
import io.perennial.models.NativeSetup;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import io.perennial.runner.config.ConfigurationReader;
import io.perennial.runner.config.CurveSettings;
import io.perennial.runner.config.Evaluation;
import io.perennial.runner.config.TrainingSettings;
import io.perennial.runner.plugin.Wiring;
import io.perennial.runner.training.Demand;
import io.perennial.runner.training.Plan;
import io.perennial.runner.training.Preflight;
import io.perennial.runner.training.Stage;
import io.perennial.runner.training.Stopwatch;
import io.perennial.runner.training.TaskStream;
import io.perennial.runner.training.Training;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One run of a subject over blobs, wired as the runner wires it. */
final class Bench implements AutoCloseable {
  private static final String MODEL = "{type: mlp, hidden: [8, 20], activation: tanh}";
  private static final String WIDE_MODEL = "{type: mlp, hidden: [210, 210]}";
  private static final String OPTIMIZER = "{type: sgd, learningRate: 0.1, momentum: 0.5}";
  private static final int ROWS = 16;
  private static final int ROWS_FOR_THREADS = 48;

  private final Workers workers;
  private final @Nullable Strategy strategy;
  private final Plan plan;
  private final Training training;

  private Bench(
      Subject subject,
      @Nullable String block,
      Conditions conditions,
      UnaryOperator<Strategy> between) {
    NativeSetup.ensure();
    workers = new Workers(conditions.threads());
    RandomSource random = new RandomSource(conditions.seed());
    Wiring wiring =
        new Wiring(
            subject.registry(), random, binder -> binder.bind(Workers.class).toInstance(workers));
    ConfigurationReader reader = new ConfigurationReader(subject.registry());
    TaskStream stream = stream(subject, conditions);
    Model model =
        wiring
            .create(reader.block(ModelFactory.class, model(subject, conditions)), "model")
            .create(
                new ModelFactory.Request(
                    subject.shape(),
                    stream.classesAfter(0),
                    conditions.type(),
                    random.child("first weights")));
    Configured<Optimizer> optimizer = reader.block(Optimizer.class, OPTIMIZER);
    List<Stage> stages = List.of();
    Strategy made = null;
    if (block != null) {
      Configured<? extends Strategy> configured = subject.bind(block);
      made = wiring.create(configured, "strategy");
      stages = List.of(new Stage(configured.type(), 0, between.apply(made)));
    }
    strategy = made;
    TrainingSettings settings =
        new TrainingSettings(
            conditions.epochs(),
            0,
            conditions.wide() ? ROWS_FOR_THREADS : ROWS,
            optimizer,
            true,
            0);
    if (made != null) {
      check(subject, stream.tasks(), model, stages, settings);
    }
    plan =
        new Plan(
            stream,
            Scenario.Boundaries.SHARP,
            subject.setting(),
            model,
            wiring.create(optimizer, "optimizer"),
            stages,
            settings,
            new Evaluation(Evaluation.Mode.SEEN, 1),
            CurveSettings.NONE,
            List.of(),
            random.child("training"),
            workers);
    training = new Training(plan, new Stopwatch(), List.of());
  }

  /** The subject as its author wrote it. */
  static Bench of(Subject subject, Conditions conditions) {
    return new Bench(subject, subject.block(), conditions, UnaryOperator.identity());
  }

  /** Another block of the subject's kind; null for no strategy at all. */
  static Bench of(Subject subject, @Nullable String block, Conditions conditions) {
    return new Bench(subject, block, conditions, UnaryOperator.identity());
  }

  /** The subject behind a witness, who sees every call of the runner. */
  static Bench witnessed(Subject subject, Conditions conditions, Witness witness) {
    Bench bench = new Bench(subject, subject.block(), conditions, witness::between);
    witness.watch(bench);
    return bench;
  }

  private static TaskStream stream(Subject subject, Conditions conditions) {
    RandomSource random = new RandomSource(conditions.seed()).child("blobs");
    List<Task> tasks =
        Blobs.stream(conditions.tasks(), subject.shape(), subject.setting(), true, random);
    int[] order = new int[tasks.size()];
    Arrays.setAll(order, t -> t);
    return TaskStream.of(tasks, order);
  }

  private static String model(Subject subject, Conditions conditions) {
    if (!subject.model().isEmpty()) {
      return subject.model();
    }
    return conditions.wide() ? WIDE_MODEL : MODEL;
  }

  private static void check(
      Subject subject,
      List<Task> tasks,
      Model model,
      List<Stage> stages,
      TrainingSettings settings) {
    List<Strategy> strategies = stages.stream().map(Stage::strategy).toList();
    List<Finding> errors =
        Preflight.check(
                new Composition(subject.pipeline(), subject.setting(), tasks, model, strategies),
                stages,
                Scenario.Boundaries.SHARP,
                settings)
            .stream()
            .filter(finding -> finding.severity() == Finding.Severity.ERROR)
            .toList();
    if (!errors.isEmpty()) {
      fail(
          "The strategy refuses the kit's run: "
              + errors
              + " Override model(), shape() or setting() so that it can run.");
    }
  }

  /** What the strategy tells before it begins. */
  Demand demand() {
    return Demand.of(plan);
  }

  Training training() {
    return training;
  }

  Model model() {
    return training.model();
  }

  /** The strategy itself, not what stands before it. */
  Strategy strategy() {
    if (strategy == null) {
      throw new IllegalStateException("This run has no strategy");
    }
    return strategy;
  }

  /** Learns all tasks that are left. */
  Bench run() {
    training.run((done, tasks) -> {});
    return this;
  }

  /** The parameters' bits. */
  String parameters() {
    return Vectors.sha256(model().parameters());
  }

  /** The bits of everything that a run goes on from, the time it took left out. */
  String bits() {
    State.Builder timeless = State.builder();
    State saved = training.save();
    saved.values().forEach(timeless::value);
    saved.tensors().forEach(timeless::tensor);
    saved
        .parts()
        .forEach(
            (name, part) -> {
              if (!name.equals("seconds")) {
                timeless.part(name, part);
              }
            });
    return States.bits(timeless.build());
  }

  /** What the strategy shows of itself. */
  String artefacts() {
    return strategy == null ? "" : States.text(strategy.artefacts());
  }

  @Override
  public void close() {
    training.close();
    workers.close();
  }
}
