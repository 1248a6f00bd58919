package io.perennial.api;

import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Extension point: how a gradient becomes a step ({@code optimizer: {type: …}}). */
public interface Optimizer extends Stateful {
  /**
   * Moves the parameters.
   *
   * @param parameters {@code [P]}, modified in place
   * @param gradient {@code [P]}
   * @param frozen {@code [P]}: parameters left alone to the last bit, their momentum included
   */
  void step(INDArray parameters, INDArray gradient, Optional<boolean[]> frozen);

  /**
   * After {@link #step}: the implicit (proximal) step of the penalties' sum, {@code θ ← (θ + 2η Σ
   * λb θb) / (1 + 2η Σ λb)}, with η the step this optimiser really makes for each parameter, so
   * that the minimum is the one of loss plus penalties.
   *
   * @param parameters {@code [P]}, modified in place
   */
  void implicitStep(INDArray parameters, List<QuadraticPenalty> penalties);

  /** Forgets momentum and the like, as at the start of a run. */
  void reset();

  /** The parameters have changed in number; momentum and the like follow. */
  void remap(ParameterMap map);
}
