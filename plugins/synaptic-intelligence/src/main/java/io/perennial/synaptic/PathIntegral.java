package io.perennial.synaptic;

import io.perennial.api.ParameterMap;
import io.perennial.api.ParameterMap.Quantity;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import io.perennial.models.Vectors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What each parameter's moves have done to the loss since the task began: {@code ω_i = Σ -g_i (θ_i
 * after - θ_i before)} and {@code Δ_i = Σ (θ_i after - θ_i before)}. Its arrays are made when the
 * first step tells how many parameters there are, and used for every step after.
 */
final class PathIntegral implements Stateful {
  private @Nullable INDArray work;
  private @Nullable INDArray moved;

  /** Of the step that is being made. */
  private @Nullable INDArray gradient;

  private @Nullable INDArray before;

  /** Before a step: where it starts, and the slope there. */
  void begin(INDArray parameters, INDArray lossGradient) {
    if (gradient == null || before == null || gradient.length() != parameters.length()) {
      close(gradient);
      close(before);
      gradient = Vectors.create(parameters.dataType(), parameters.length());
      before = Vectors.create(parameters.dataType(), parameters.length());
    }
    if (work == null || moved == null) {
      work = Vectors.create(parameters.dataType(), parameters.length());
      moved = Vectors.create(parameters.dataType(), parameters.length());
    }
    Vectors.assign(lossGradient, gradient);
    Vectors.assign(parameters, before);
  }

  /** After it: where it ended. */
  void end(INDArray parameters) {
    if (work == null || moved == null || gradient == null || before == null) {
      throw new IllegalStateException("A step ended that was not seen to begin");
    }
    Vectors.scale(-1, before);
    Vectors.axpy(1, parameters, before); // Now it holds the move.
    Vectors.axpy(1, before, moved);
    Vectors.addProduct(work, -1, gradient, before);
  }

  /** {@code ω / (Δ² + ξ)} of each of so many parameters. */
  double[] perSquaredDistance(int parameters, double xi) {
    double[] result = new double[parameters];
    if (work != null && moved != null) {
      double[] distance = new double[parameters];
      Vectors.read(work, result);
      Vectors.read(moved, distance);
      for (int i = 0; i < parameters; i++) {
        result[i] /= distance[i] * distance[i] + xi;
      }
    }
    return result;
  }

  /** Another task begins. */
  void reset() {
    if (work != null && moved != null) {
      Vectors.zero(work);
      Vectors.zero(moved);
    }
  }

  /**
   * A copy of a parameter, one of r with scale s, goes s times as far, and its gradient is 1/(rs)
   * times as large: of the work it does 1/r.
   */
  void remap(ParameterMap map) {
    if (work == null || moved == null) {
      return;
    }
    double[] values = new double[map.newSize()];
    INDArray newWork = map.remap(work, Quantity.MOMENTUM);
    Vectors.read(newWork, values);
    for (int i = 0; i < values.length; i++) {
      values[i] *= map.source(i) < 0 ? 0 : map.scale(i);
    }
    Vectors.write(values, newWork);
    INDArray newMoved = map.remap(moved, Quantity.PARAMETER);
    close(work);
    close(moved);
    work = newWork;
    moved = newMoved;
  }

  @Override
  public State save() {
    return work == null || moved == null
        ? State.EMPTY
        : State.builder().tensor("work", work).tensor("moved", moved).build();
  }

  @Override
  public void restore(State state) {
    close(work);
    close(moved);
    work = state.isEmpty() ? null : Vectors.copyOf(state.tensor("work"));
    moved = state.isEmpty() ? null : Vectors.copyOf(state.tensor("moved"));
  }

  private static void close(@Nullable INDArray array) {
    if (array != null) {
      array.close();
    }
  }
}
