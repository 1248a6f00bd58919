package io.perennial.runner.training;

import io.perennial.api.AccuracyCurve;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Artefact;
import io.perennial.api.Batch;
import io.perennial.api.Calibration;
import io.perennial.api.Examples;
import io.perennial.api.Expansion;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import io.perennial.api.RunListener;
import io.perennial.api.Sampling;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.State;
import io.perennial.api.Strategy;
import io.perennial.api.Task;
import io.perennial.api.WordEmbeddings;
import io.perennial.models.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A run: learns the tasks of a stream one after the other and measures what is known after each.
 */
public final class Training implements Learner {
  private static final String PHASE = "phase";

  private final Plan plan;
  private final Roles roles;
  private final Drawing drawing;
  private final Competition competition;
  private final Evaluator evaluator;
  private final BatchAssembler visiting;
  private final ReadAhead background;
  private final Stopwatch stopwatch;
  private final List<RunListener> observers;
  private final List<RunListener> listeners;
  private final TaskResults results;
  private final CurveRecorder curve;
  private final Predictions predictions;
  private final Step stepper;

  private Model model;
  private int current;
  private int phase;

  /** Null while no phase of training is under way. */
  private @Nullable Phase underWay;

  /**
   * What was saved when a task was done, while the save points are told of it: saving may mean
   * copying a whole memory, so it is done once, to measure what is kept and to write it.
   */
  private @Nullable State saved;

  private long step;
  private double trainingAccuracy;

  /**
   * Prepares a run; nothing is trained yet.
   *
   * @param observers follow the run beside the plan's listeners, without being part of its state
   */
  public Training(Plan plan, Stopwatch stopwatch, List<RunListener> observers) {
    this.plan = plan;
    this.stopwatch = stopwatch;
    this.observers = List.copyOf(observers);
    this.listeners = new ArrayList<>(plan.listeners());
    this.listeners.addAll(observers);
    this.model = plan.model();
    this.roles = new Roles(plan.stages());
    this.drawing = new Drawing(roles.sampling, announced(), plan.random().child("draw"));
    List<Task> tasks = plan.stream().tasks();
    this.competition = new Competition(plan.setting(), tasks);
    this.competition.resize(model.classes());
    this.background = new ReadAhead(plan.workers());
    this.evaluator =
        new Evaluator(plan.setting(), tasks, roles, competition, model, plan.workers(), background);
    this.visiting =
        new BatchAssembler(model.inputShape(), model.dataType(), plan.workers(), background);
    AccuracyMatrix accuracy = new AccuracyMatrix(tasks.stream().map(Task::name).toList());
    this.results = new TaskResults(plan.evaluation(), plan.stream(), accuracy);
    this.predictions = new Predictions(accuracy.tasks());
    this.curve = new CurveRecorder(plan.curves(), tasks, evaluator, plan.random().child("curves"));
    this.stepper = new Step(plan, roles, competition, background);
  }

  /**
   * Learns the tasks that are left, and what is left of one that a restored run was in the middle
   * of.
   *
   * @param savePoints called where {@link #save} may be
   * @throws DivergedException if the loss stops being a number
   */
  public void run(SavePoints savePoints) {
    listeners(listener -> listener.runStarted(accuracy()));
    for (int t = results.tasks(); t < plan.stream().size(); t++) {
      learn(t, savePoints);
      listeners(listener -> listener.taskDone(this, accuracy()));
      State strategies = saveStrategies();
      results.keep(StateSize.of(strategies));
      try (State done = save(strategies)) {
        saved = done;
        savePoints.taskDone(this, t + 1);
      } finally {
        saved = null;
      }
    }
    listeners(listener -> listener.runDone(accuracy()));
  }

  private void learn(int t, SavePoints savePoints) {
    current = t;
    Phase interrupted = underWay;
    if (interrupted == null) {
      phase = 0;
      stopwatch.time(Stopwatch.Phase.CONSOLIDATE, this::prepareTask);
      if (t == 0) {
        stopwatch.time(
            Stopwatch.Phase.EVALUATE,
            () -> results.measureUntrained(task -> evaluator.accuracy(model, task)));
      }
      stopwatch.time(Stopwatch.Phase.EVALUATE, () -> curve.beginTask(model, t, step));
      train(configuredPhase(), savePoints);
    } else {
      tellObservers(interrupted);
      train(interrupted, savePoints);
    }
    for (int more = furtherEpochs(); more > 0; more = furtherEpochs()) {
      phase++;
      train(new Phase(phase, more, Long.MAX_VALUE, 0), savePoints);
    }
    if (!Vectors.isFinite(model.parameters())) {
      throw stepper.diverged(this);
    }
    if (announced()) {
      stopwatch.time(
          Stopwatch.Phase.CONSOLIDATE, () -> strategies(strategy -> strategy.afterTask(this)));
    }
    results.add(model.parameterCount());
    stopwatch.time(Stopwatch.Phase.EVALUATE, this::evaluateRow);
  }

  private void evaluateRow() {
    if (results.measures(current)) {
      predictions.begin(model.classes());
      results.measure(current, task -> evaluator.accuracy(model, task, predictions));
    }
    curve.endTask(current, step, accuracy());
  }

  private Phase configuredPhase() {
    int iterations = plan.settings().iterations();
    long last = iterations > 0 ? step + iterations : Long.MAX_VALUE;
    // A phase that a strategy asked for has the epochs it asked for: only this one has patience.
    return new Phase(0, plan.settings().epochs(), last, plan.settings().patience());
  }

  /** Whether strategies are told where tasks begin and end. */
  private boolean announced() {
    return plan.boundaries() != Scenario.Boundaries.NONE;
  }

  private void prepareTask() {
    expand(expansion -> expansion.expandBefore(this));
    int classes = plan.stream().classesAfter(current);
    if (model.classes() < classes) {
      RandomSource random = plan.random().child("classes of task " + current);
      remap(model.growClasses(classes, random));
      competition.resize(model.classes());
    }
    model.wordEmbeddings().ifPresent(this::growWords);
    if (announced()) {
      if (plan.settings().resetOptimizer()) {
        plan.optimizer().reset();
      }
      strategies(strategy -> strategy.beforeTask(this));
    }
  }

  private void growWords(WordEmbeddings embeddings) {
    int words = Words.largest(task());
    if (embeddings.words() < words) {
      remap(embeddings.growWords(words, plan.random().child("words of task " + current)));
    }
  }

  private int furtherEpochs() {
    if (!announced()) {
      return 0;
    }
    int[] epochs = {0};
    stopwatch.time(
        Stopwatch.Phase.CONSOLIDATE,
        () -> {
          expand(expansion -> expansion.expandAfterPhase(this, trainingAccuracy));
          strategies(strategy -> epochs[0] = Math.max(epochs[0], strategy.afterPhase(this)));
        });
    return epochs[0];
  }

  /** Lets the network grow if it wants to; answers whether it did. */
  private boolean expand(Function<Expansion, Optional<Expansion.Growth>> call) {
    Optional<Expansion.Growth> growth =
        announced() ? roles.expansion.flatMap(call) : Optional.empty();
    growth.ifPresent(this::grow);
    return growth.isPresent();
  }

  private void grow(Expansion.Growth growth) {
    model = growth.model();
    remap(growth.map());
    competition.resize(model.classes());
  }

  private void remap(ParameterMap map) {
    if (map.newSize() != model.parameters().length()) {
      throw new IllegalStateException(
          "The parameter map speaks of "
              + map.newSize()
              + " parameters, but the grown model has "
              + model.parameters().length());
    }
    plan.optimizer().remap(map);
    strategies(strategy -> strategy.remap(map));
  }

  private void train(Phase now, SavePoints savePoints) {
    underWay = now;
    trainingAccuracy = Double.NaN;
    try (now) {
      stopwatch.time(Stopwatch.Phase.TRAIN, () -> epochs(now, savePoints));
    }
    underWay = null;
  }

  private void epochs(Phase now, SavePoints savePoints) {
    boolean stopped = false;
    while (!stopped && now.goesOn(step)) {
      Sampling.Draw draw = now.draw();
      if (draw == null) {
        draw = drawing.next(this);
        now.begin(draw);
        if (now.epoch() == 0) {
          long steps = steps(now, draw);
          listeners(listener -> listener.taskStarted(this, steps));
        }
      }
      steps(now, draw, savePoints);
      trainingAccuracy = now.end(draw);
      listeners(listener -> listener.epochDone(this, trainingAccuracy));
      stopped = !goesOn(now.stopping);
    }
    now.stopping.keepBest(model);
  }

  /** What is left of a pass over what was drawn. */
  private void steps(Phase now, Sampling.Draw draw, SavePoints savePoints) {
    int batchSize = plan.settings().batchSize();
    int drawn = draw.examples().length;
    while (now.from() < drawn && step < now.last) {
      int from = now.from();
      int to = Math.min(from + batchSize, drawn);
      stepper.make(this, draw, from, to, Math.min(to + batchSize, drawn));
      now.advance(batchSize, stepper.correct());
      step++;
      if (curve.isDue(current, step)) {
        stopwatch.time(Stopwatch.Phase.EVALUATE, () -> curve.measure(model, current, step));
      }
      for (RunListener listener : listeners) {
        listener.stepDone(this, stepper.loss());
      }
      savePoints.stepDone(this);
    }
  }

  /** The steps of a phase of which a draw is known, if each epoch draws as many. */
  private long steps(Phase of, Sampling.Draw draw) {
    int batchSize = plan.settings().batchSize();
    long each = (draw.examples().length + batchSize - 1L) / batchSize;
    return of.byIterations() ? of.last - step : of.epochs * each;
  }

  /**
   * Whoever is part of the run's state knows from it that the task began; observers are told, with
   * the steps that are left.
   */
  private void tellObservers(Phase interrupted) {
    Sampling.Draw draw = interrupted.draw();
    if (draw != null) {
      int done = interrupted.from() / plan.settings().batchSize();
      long each = steps(new Phase(0, 1, Long.MAX_VALUE, 0), draw);
      long left =
          interrupted.byIterations()
              ? interrupted.last - step
              : (interrupted.epochs - interrupted.epoch()) * each - done;
      for (RunListener observer : observers) {
        observer.taskStarted(this, left);
      }
    }
  }

  /** Lets the network grow after an epoch; answers whether there shall be another one. */
  private boolean goesOn(EarlyStopping stopping) {
    if (expand(expansion -> expansion.expandAfterEpoch(this, trainingAccuracy))) {
      stopping.startOver();
      return true;
    }
    return !stopping.stopsAfter(this);
  }

  private void strategies(Consumer<Strategy> call) {
    for (Stage stage : roles.stages) {
      call.accept(stage.strategy());
    }
  }

  private void listeners(Consumer<RunListener> call) {
    for (RunListener listener : listeners) {
      call.accept(listener);
    }
  }

  /** Whether accuracies are measured after task i. */
  public boolean measures(int i) {
    return results.measures(i);
  }

  /** How long steps waited for rows that were not read ahead in time, part of their own time. */
  public double secondsWaited() {
    return stepper.secondsWaited();
  }

  /** R, live. */
  public AccuracyMatrix accuracy() {
    return results.accuracy();
  }

  /** Accuracies on the way. */
  public AccuracyCurve curve() {
    return curve.curve();
  }

  /** How sure the model of the latest measured row of R was. */
  public Calibration calibration() {
    return predictions.calibration();
  }

  /** Tables of what that model predicted. */
  public List<Artefact> artefacts() {
    return predictions.artefacts();
  }

  /** What the strategies kept after each task done, in bytes. */
  public List<Long> strategyBytes() {
    return results.strategyBytes();
  }

  /** All parameters after each task done. */
  public List<Long> parameterCounts() {
    return results.parameterCounts();
  }

  /** The whole state, as {@link SavePoints} are told of it: between two tasks or two steps. */
  public State save() {
    State done = saved;
    return done == null ? save(saveStrategies()) : done;
  }

  private State saveStrategies() {
    State.Builder strategies = State.builder();
    for (Stage stage : plan.stages()) {
      strategies.part(stage.label(plan.stages()), stage.strategy().save());
    }
    return strategies.build();
  }

  private State save(State strategies) {
    State.Builder followers = State.builder();
    for (int i = 0; i < plan.listeners().size(); i++) {
      followers.part(Integer.toString(i), plan.listeners().get(i).save());
    }
    State.Builder state = State.builder().value("step", step);
    results.save(state);
    state
        .part("curve", curve.save())
        .part("predictions", predictions.save())
        .part("model", model.save())
        .part("optimizer", plan.optimizer().save())
        .part("strategies", strategies)
        .part("listeners", followers.build())
        .part("drawing", drawing.save())
        .part("seconds", stopwatch.save());
    Phase interrupted = underWay;
    return interrupted == null
        ? state.build()
        : state.part(PHASE, interrupted.save(drawing)).build();
  }

  /**
   * Takes over a saved state: the next task to learn is the first one that was not done, from the
   * step on after which it was saved.
   */
  public void restore(State state) {
    step = state.integer("step");
    results.restore(state);
    curve.restore(state.part("curve"));
    predictions.restore(state.part("predictions"));
    boolean inTask = state.parts().containsKey(PHASE);
    current = inTask ? results.tasks() : results.tasks() - 1;
    Optional<Expansion> expansion = roles.expansion;
    if (expansion.isPresent()) {
      model = expansion.get().rebuild(model, state.part("model"));
    } else {
      model.restore(state.part("model"));
    }
    competition.resize(model.classes());
    plan.optimizer().restore(state.part("optimizer"));
    for (Stage stage : plan.stages()) {
      stage.strategy().restore(state.part("strategies").part(stage.label(plan.stages())));
    }
    for (int i = 0; i < plan.listeners().size(); i++) {
      plan.listeners().get(i).restore(state.part("listeners").part(Integer.toString(i)));
    }
    drawing.restore(state.part("drawing"));
    stopwatch.restore(state.part("seconds"));
    if (inTask) {
      resumeTask(state.part(PHASE));
    }
  }

  private void resumeTask(State saved) {
    int patience = saved.integer("number") == 0 ? plan.settings().patience() : 0;
    Phase interrupted = Phase.restored(saved, patience, drawing, this);
    phase = interrupted.number;
    underWay = interrupted;
    strategies(strategy -> strategy.taskResumed(this));
  }

  /** Frees what the run allocated outside the heap, the model included. */
  public void close() {
    if (underWay != null) {
      underWay.close();
    }
    stepper.close();
    evaluator.close();
    visiting.close();
    background.close();
    model.close();
  }

  @Override
  public Model model() {
    return model;
  }

  @Override
  public Task task() {
    return plan.stream().tasks().get(current);
  }

  @Override
  public List<Task> seen() {
    return plan.stream().tasks().subList(0, current + 1);
  }

  @Override
  public Setting setting() {
    return plan.setting();
  }

  @Override
  public int phase() {
    return phase;
  }

  @Override
  public long step() {
    return step;
  }

  @Override
  public void visit(Examples examples, int task, int batchSize, Consumer<Batch> visitor) {
    int[] indices = Drawing.inOrder(examples.size());
    int[] tasks = new int[indices.length];
    Arrays.fill(tasks, task);
    IntFunction<Examples> source = t -> examples;
    for (int from = 0; from < indices.length; from += batchSize) {
      int to = Math.min(from + batchSize, indices.length);
      int next = Math.min(to + batchSize, indices.length);
      visiting.real(
          model.classes(), new RowReader.Request(source, tasks, indices, from, to - from));
      visiting.ahead(new RowReader.Request(source, tasks, indices, to, next - to));
      visitor.accept(visiting.finish(competition));
    }
  }

  @Override
  public void reinitialize() {
    model.reinitialize(plan.random().child("restart at task " + current));
    plan.optimizer().reset();
  }
}
