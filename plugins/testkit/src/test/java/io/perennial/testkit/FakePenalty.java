package io.perennial.testkit;

import io.perennial.api.Batch;
import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Expansion;
import io.perennial.api.Learner;
import io.perennial.api.ParameterMap;
import io.perennial.api.ParameterMap.Quantity;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.Regularizer;
import io.perennial.api.State;
import io.perennial.models.Vectors;
import io.perennial.models.Workers;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** λ Σ b (θ - a)², with b = 1 when a task ends, anchored where it ended. */
final class FakePenalty implements Regularizer {
  enum Fault {
    NONE,
    GRADIENT_TWICE,
    GRADIENT_OVERWRITES,
    FLAT,
    IMPLICIT_HALF,
    ACTS_AT_ZERO,
    ACTS_AT_FIRST,
    COUNTS_INSTANCES,
    COUNTS_THREADS,
    FORGETS,
    FORGETS_STEPS,
    KEEPS_TENSORS,
    SAVING_SHRINKS,
    FORGETS_THE_TASK,
    NOT_RESTORED_IN_TASK,
    GROWS,
    TELLS_HALF,
    TELLS_TOO_MUCH,
    DENIES_BOUNDARIES,
    REMAPS_NOTHING,
    REMAPS_IMPORTANCE_AS_PARAMETER,
    WRITES_BEYOND,
    CHANGES_LOSS_GRADIENT,
    MOVES_PARAMETERS,
    CHANGES_BATCH
  }

  record Settings(
      @Description(value = "λ.", byDefault = "0.1", min = 0, max = 5, belowMax = true)
          double lambda,
      @Description(value = "What is wrong with it.", byDefault = "none") Fault fault) {}

  private static int instances;

  private final Settings settings;
  private final double lambda;
  private @Nullable INDArray importance;
  private @Nullable INDArray anchor;
  private final List<Long> history = new ArrayList<>();
  private double steps;
  private int stepsOfTask;

  @Inject
  FakePenalty(Settings settings, Workers workers) {
    this.settings = settings;
    instances++;
    double factor = 1;
    if (settings.fault() == Fault.COUNTS_INSTANCES) {
      factor = instances;
    } else if (settings.fault() == Fault.COUNTS_THREADS) {
      factor = workers.threads();
    }
    this.lambda = settings.fault() == Fault.ACTS_AT_ZERO ? 0.1 : settings.lambda() * factor;
  }

  private boolean has(Fault fault) {
    return settings.fault() == fault;
  }

  @Override
  public void beforeTask(Learner learner) {
    stepsOfTask = 0;
    if (has(Fault.ACTS_AT_FIRST) && anchor == null) {
      consolidate(learner.model().parameters());
    }
  }

  @Override
  public void observe(INDArray parameters, INDArray lossGradient) {
    if (has(Fault.CHANGES_LOSS_GRADIENT)) {
      Vectors.scale(0.5, lossGradient);
    }
  }

  @Override
  public void afterStep(Learner learner, Batch batch) {
    steps++;
    stepsOfTask++;
    if (has(Fault.MOVES_PARAMETERS)) {
      Vectors.scale(0.99, learner.model().parameters());
    }
    if (has(Fault.CHANGES_BATCH)) {
      batch.weights()[0] = 0;
    }
  }

  @Override
  public void afterTask(Learner learner) {
    consolidate(learner.model().parameters());
    if (has(Fault.GROWS)) {
      for (long i = 0; i < 200; i++) {
        history.add(i);
      }
    }
  }

  @Override
  public boolean needsBoundaries() {
    return !has(Fault.DENIES_BOUNDARIES);
  }

  private void consolidate(INDArray parameters) {
    double[] ones = new double[Math.toIntExact(parameters.length())];
    Arrays.fill(ones, has(Fault.FLAT) ? 0 : 1);
    importance = Vectors.create(parameters.dataType(), ones.length);
    Vectors.write(ones, importance);
    anchor = Vectors.copyOf(parameters);
  }

  @Override
  public double penalize(INDArray parameters, INDArray penaltyGradient) {
    DataBuffer whole = penaltyGradient.data().originalDataBuffer();
    if (has(Fault.WRITES_BEYOND) && whole != null) {
      whole.put(penaltyGradient.data().offset() + penaltyGradient.length(), 1.0);
    }
    if (importance == null || anchor == null) {
      return 0;
    }
    double weight = has(Fault.FORGETS_STEPS) ? lambda * (1 + steps / 1000) : lambda;
    weight *= has(Fault.FORGETS_THE_TASK) ? 1 + stepsOfTask / 10.0 : 1;
    double[] b = Doubles.of(importance);
    double[] away = Doubles.minus(Doubles.of(parameters), Doubles.of(anchor));
    double[] gradient = Doubles.of(penaltyGradient);
    double value = 0;
    for (int i = 0; i < b.length; i++) {
      value += weight * b[i] * away[i] * away[i];
      double slope = 2 * weight * b[i] * away[i] * (has(Fault.GRADIENT_TWICE) ? 2 : 1);
      gradient[i] = has(Fault.GRADIENT_OVERWRITES) ? slope : gradient[i] + slope;
    }
    Vectors.write(gradient, penaltyGradient);
    return value;
  }

  @Override
  public Optional<QuadraticPenalty> implicit() {
    if (!has(Fault.IMPLICIT_HALF) || importance == null || anchor == null) {
      return Optional.empty();
    }
    return Optional.of(new QuadraticPenalty(lambda / 2, importance, anchor));
  }

  @Override
  public void remap(ParameterMap map) {
    if (importance == null || anchor == null || has(Fault.REMAPS_NOTHING)) {
      return;
    }
    boolean wrong = has(Fault.REMAPS_IMPORTANCE_AS_PARAMETER);
    importance = map.remap(importance, wrong ? Quantity.PARAMETER : Quantity.IMPORTANCE);
    anchor = map.remap(anchor, Quantity.PARAMETER);
  }

  @Override
  public void taskResumed(Learner learner) {
    if (has(Fault.NOT_RESTORED_IN_TASK)) {
      throw new IllegalStateException("not between tasks");
    }
  }

  @Override
  public long bytesKept(Composition composition, Expansion.Size parameters) {
    long bytes = 2 * parameters.live() * composition.model().dataType().width();
    if (has(Fault.TELLS_TOO_MUCH)) {
      return 9 * bytes;
    }
    return has(Fault.TELLS_HALF) ? bytes / 2 : bytes;
  }

  @Override
  public State save() {
    if (has(Fault.SAVING_SHRINKS) && anchor != null) {
      Vectors.scale(0.9, anchor);
    }
    State.Builder state = State.builder().value("history", List.copyOf(history));
    if (importance != null && anchor != null && !has(Fault.FORGETS)) {
      state.tensor("importance", importance).tensor("anchor", anchor);
    }
    return state.build();
  }

  @Override
  public void restore(State state) {
    if (state.tensors().containsKey("anchor")) {
      boolean keeps = has(Fault.KEEPS_TENSORS);
      INDArray savedImportance = state.tensor("importance");
      INDArray savedAnchor = state.tensor("anchor");
      importance = keeps ? savedImportance : Vectors.copyOf(savedImportance);
      anchor = keeps ? savedAnchor : Vectors.copyOf(savedAnchor);
    }
  }
}
