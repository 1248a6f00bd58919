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
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A run: learns the tasks of a stream one after the other and measures what is known after each.
 */
public final class Training implements Learner {
  private final Plan plan;
  private final Roles roles;
  private final RandomSource drawing;
  private final Competition competition;
  private final Evaluator evaluator;
  private final BatchAssembler visiting;
  private final ExecutorService background =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "perennial-reader");
            thread.setDaemon(true);
            return thread;
          });
  private final Stopwatch stopwatch;
  private final List<RunListener> listeners;
  private final AccuracyMatrix accuracy;
  private final CurveRecorder curve;
  private final Predictions predictions;
  private final List<Long> strategyBytes = new ArrayList<>();
  private final List<Long> parameterCounts = new ArrayList<>();
  private final Step stepper;

  private Model model;
  private int current;
  private int phase;
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
    this.listeners = new ArrayList<>(plan.listeners());
    this.listeners.addAll(observers);
    this.model = plan.model();
    this.roles = new Roles(plan.stages());
    this.drawing = plan.random().child("draw");
    List<Task> tasks = plan.stream().tasks();
    this.competition = new Competition(plan.setting(), tasks);
    this.competition.resize(model.classes());
    this.evaluator =
        new Evaluator(plan.setting(), tasks, roles, competition, model, plan.workers(), background);
    this.visiting =
        new BatchAssembler(model.inputShape(), model.dataType(), plan.workers(), background);
    this.accuracy = new AccuracyMatrix(tasks.stream().map(Task::name).toList());
    this.predictions = new Predictions(accuracy.tasks());
    this.curve =
        new CurveRecorder(plan.curves(), tasks, evaluator, plan.random().child("curves"));
    this.stepper = new Step(plan, roles, competition, background);
  }

  /**
   * Learns the tasks that are left.
   *
   * @param afterTask called after each task with the number of tasks done, to save what is needed
   * @throws DivergedException if the loss stops being a number
   */
  public void run(ObjIntConsumer<Training> afterTask) {
    listeners(listener -> listener.runStarted(accuracy));
    for (int t = parameterCounts.size(); t < plan.stream().size(); t++) {
      learn(t);
      listeners(listener -> listener.taskDone(this, accuracy));
      afterTask.accept(this, t + 1);
    }
    listeners(listener -> listener.runDone(accuracy));
  }

  private void learn(int t) {
    current = t;
    phase = 0;
    stopwatch.time(Stopwatch.Phase.CONSOLIDATE, this::prepareTask);
    if (t == 0) {
      stopwatch.time(Stopwatch.Phase.EVALUATE, this::evaluateUntrained);
    }
    stopwatch.time(Stopwatch.Phase.EVALUATE, () -> curve.beginTask(model, t, step));
    stopwatch.time(Stopwatch.Phase.TRAIN, () -> train(plan.settings().epochs(), true));
    for (int more = furtherEpochs(); more > 0; more = furtherEpochs()) {
      int epochs = more;
      phase++;
      stopwatch.time(Stopwatch.Phase.TRAIN, () -> train(epochs, false));
    }
    if (!Vectors.isFinite(model.parameters())) {
      throw stepper.diverged(this);
    }
    if (announced()) {
      stopwatch.time(
          Stopwatch.Phase.CONSOLIDATE, () -> strategies(strategy -> strategy.afterTask(this)));
    }
    parameterCounts.add(model.parameterCount());
    strategyBytes.add(StateSize.ofStrategies(plan.stages()));
    stopwatch.time(Stopwatch.Phase.EVALUATE, this::evaluateRow);
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

  private void train(int epochs, boolean mayCountIterations) {
    boolean byIterations = mayCountIterations && plan.settings().iterations() > 0;
    long last = byIterations ? step + plan.settings().iterations() : Long.MAX_VALUE;
    trainingAccuracy = Double.NaN;
    // A phase that a strategy asked for has the epochs it asked for.
    int patience = phase == 0 ? plan.settings().patience() : 0;
    try (EarlyStopping stopping = new EarlyStopping(patience)) {
      boolean goesOn = true;
      for (int epoch = 0; goesOn && (byIterations ? step < last : epoch < epochs); epoch++) {
        Sampling.Draw draw = draw();
        if (epoch == 0) {
          long steps = byIterations ? plan.settings().iterations() : epochs * steps(draw);
          listeners(listener -> listener.taskStarted(this, steps));
        }
        trainingAccuracy = epoch(draw, last);
        listeners(listener -> listener.epochDone(this, trainingAccuracy));
        goesOn = goesOn(stopping);
      }
      stopping.keepBest(model);
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

  private long steps(Sampling.Draw draw) {
    int batchSize = plan.settings().batchSize();
    return (draw.examples().length + batchSize - 1L) / batchSize;
  }

  private Sampling.Draw draw() {
    Sampling.Draw draw = announced() ? drawn() : current(inOrder(task().training().size()));
    if (draw.examples().length == 0) {
      throw new IllegalStateException(
          "Nothing was drawn from the training examples of task '" + task().name() + "'");
    }
    return draw;
  }

  /** One pass over what was drawn; the accuracy of its real rows, each before its step. */
  private double epoch(Sampling.Draw draw, long last) {
    int batchSize = plan.settings().batchSize();
    int drawn = draw.examples().length;
    long correct = 0;
    int from = 0;
    for (; from < drawn && step < last; from += batchSize) {
      int to = Math.min(from + batchSize, drawn);
      stepper.make(this, draw, from, to, Math.min(to + batchSize, drawn));
      correct += stepper.correct();
      step++;
      if (curve.isDue(current, step)) {
        stopwatch.time(Stopwatch.Phase.EVALUATE, () -> curve.measure(model, current, step));
      }
      listeners(listener -> listener.stepDone(this, stepper.loss()));
    }
    return (double) correct / Math.min(from, drawn);
  }

  private Sampling.Draw drawn() {
    return roles.sampling.isPresent()
        ? roles.sampling.get().draw(this, drawing)
        : current(drawing.permutation(task().training().size()));
  }

  /** Examples of the current task. */
  private Sampling.Draw current(int[] examples) {
    int[] tasks = new int[examples.length];
    Arrays.fill(tasks, current);
    return new Sampling.Draw(tasks, examples);
  }

  private static int[] inOrder(int size) {
    int[] indices = new int[size];
    Arrays.setAll(indices, i -> i);
    return indices;
  }

  private void evaluateUntrained() {
    if (plan.evaluation().measuresUntrained()) {
      for (int j = 0; j < plan.stream().size(); j++) {
        accuracy.setUntrained(j, evaluator.accuracy(model, j));
      }
    }
  }

  private void evaluateRow() {
    if (measures(current)) {
      predictions.begin(model.classes());
      for (int j = 0; j < columns(current); j++) {
        accuracy.set(current, j, evaluator.accuracy(model, j, predictions));
      }
    }
    curve.endTask(current, step, accuracy);
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
    return plan.evaluation().measures(i, accuracy.size() - 1) || plan.stream().endsWith(i);
  }

  /** How long steps waited for rows that were not read ahead in time, part of their own time. */
  public double secondsWaited() {
    return stepper.secondsWaited();
  }

  /** R, live. */
  public AccuracyMatrix accuracy() {
    return accuracy;
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
    return Collections.unmodifiableList(strategyBytes);
  }

  /** All parameters after each task done. */
  public List<Long> parameterCounts() {
    return Collections.unmodifiableList(parameterCounts);
  }

  /** The whole state between two tasks. */
  public State save() {
    State.Builder strategies = State.builder();
    for (Stage stage : plan.stages()) {
      strategies.part(stage.label(plan.stages()), stage.strategy().save());
    }
    State.Builder followers = State.builder();
    for (int i = 0; i < plan.listeners().size(); i++) {
      followers.part(Integer.toString(i), plan.listeners().get(i).save());
    }
    return State.builder()
        .value("step", step)
        .value("parameterCounts", repeated(parameterCounts))
        .value("strategyBytes", repeated(strategyBytes))
        .value("accuracy", measuredRows())
        .part("curve", curve.save())
        .part("predictions", predictions.save())
        .part("model", model.save())
        .part("optimizer", plan.optimizer().save())
        .part("strategies", strategies.build())
        .part("listeners", followers.build())
        .part("drawing", drawing.save())
        .part("seconds", stopwatch.save())
        .build();
  }

  /** Takes over a saved state: the next task to learn is the first one that was not done. */
  public void restore(State state) {
    step = state.integer("step");
    restoreRepeated(state.values().get("parameterCounts"), parameterCounts);
    restoreRepeated(state.values().get("strategyBytes"), strategyBytes);
    curve.restore(state.part("curve"));
    predictions.restore(state.part("predictions"));
    restoreRows(list(state.values().get("accuracy")));
    current = parameterCounts.size() - 1;
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
  }

  /**
   * {@code [value, times]} for each run of equal values: a network that does not grow shall not
   * make every checkpoint larger than the last.
   */
  private static List<List<Long>> repeated(List<Long> values) {
    List<List<Long>> runs = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= values.size(); i++) {
      if (i == values.size() || !values.get(i).equals(values.get(from))) {
        runs.add(List.of(values.get(from), (long) (i - from)));
        from = i;
      }
    }
    return runs;
  }

  private static void restoreRepeated(@Nullable Object saved, List<Long> values) {
    values.clear();
    for (Object run : list(saved)) {
      long value = ((Number) list(run).get(0)).longValue();
      int times = ((Number) list(run).get(1)).intValue();
      values.addAll(Collections.nCopies(times, value));
    }
  }

  /**
   * {@code [i, [R[i][0], …]]} for each row that was measured, the untrained model's under -1. All
   * of R would be T² numbers at each of T tasks, most of them missing when few rows are measured.
   */
  private List<List<Object>> measuredRows() {
    List<List<Object>> rows = new ArrayList<>();
    if (plan.evaluation().measuresUntrained()) {
      rows.add(List.of(-1, row(-1, accuracy.size())));
    }
    for (int i = 0; i < parameterCounts.size(); i++) {
      if (measures(i)) {
        rows.add(List.of(i, row(i, columns(i))));
      }
    }
    return rows;
  }

  private List<Double> row(int i, int columns) {
    List<Double> row = new ArrayList<>(columns);
    for (int j = 0; j < columns; j++) {
      row.add(i < 0 ? accuracy.untrained(j) : accuracy.at(i, j));
    }
    return row;
  }

  /** How many tasks are measured after task i. */
  private int columns(int i) {
    return plan.evaluation().seenOnly() ? i + 1 : accuracy.size();
  }

  private void restoreRows(List<?> rows) {
    for (Object entry : rows) {
      int i = ((Number) list(entry).get(0)).intValue();
      List<?> row = list(list(entry).get(1));
      for (int j = 0; j < row.size(); j++) {
        double value = ((Number) row.get(j)).doubleValue();
        if (i < 0) {
          accuracy.setUntrained(j, value);
        } else {
          accuracy.set(i, j, value);
        }
      }
    }
  }

  private static List<?> list(@Nullable Object value) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException("The saved state has no list where one is expected");
  }

  /** Frees what the run allocated outside the heap, the model included. */
  public void close() {
    stepper.close();
    evaluator.close();
    visiting.close();
    background.shutdownNow();
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
    int[] indices = inOrder(examples.size());
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
