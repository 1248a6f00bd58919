package io.perennial.models;

import io.perennial.api.Description;
import io.perennial.api.Optimizer;
import io.perennial.api.ParameterMap;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.State;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Stochastic gradient descent with heavy-ball momentum as PyTorch has it: {@code m ← μ m + g; θ ← θ
 * - lr m}. Under a constant gradient the step becomes lr/(1-μ) times it, so that is η of the
 * implicit step.
 */
@Description("Stochastic gradient descent, with heavy-ball momentum if wanted")
public final class Sgd implements Optimizer {
  private static final Moments.Kind MOMENTUM =
      new Moments.Kind("momentum", ParameterMap.Quantity.MOMENTUM);

  private final Settings settings;
  private final Moments.Kind[] kinds;
  private @Nullable Descent<?> descent;

  /**
   * How far a step goes.
   *
   * @param learningRate lr
   * @param momentum μ
   */
  public record Settings(
      @Description(
              value = "The factor from the gradient to the step",
              byDefault = "0.05",
              min = 0,
              aboveMin = true)
          double learningRate,
      @Description(
              value = "How much of the last step's direction is kept (heavy ball)",
              byDefault = "0.0",
              min = 0,
              max = 1,
              belowMax = true)
          double momentum) {}

  /** Makes an optimiser that has made no step. */
  @Inject
  public Sgd(Settings settings) {
    this.settings = settings;
    this.kinds = settings.momentum() == 0 ? new Moments.Kind[0] : new Moments.Kind[] {MOMENTUM};
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the arrays differ in size or type from each other or from
   *     those of earlier steps (see {@link #remap})
   */
  @Override
  public void step(INDArray parameters, INDArray gradient, Optional<boolean[]> frozen) {
    descent(parameters).step(settings, parameters, gradient, frozen.orElse(null));
  }

  @Override
  public void implicitStep(INDArray parameters, List<QuadraticPenalty> penalties) {
    descent(parameters).implicitStep(settings, parameters, penalties);
  }

  @Override
  public void reset() {
    descent = null;
  }

  @Override
  public void remap(ParameterMap map) {
    Descent<?> d = descent;
    if (d != null) {
      descent = d.remap(map);
    }
  }

  @Override
  public State save() {
    State.Builder builder = State.builder();
    Descent<?> d = descent;
    if (d != null) {
      d.moments.save(builder);
    }
    return builder.build();
  }

  @Override
  public void restore(State state) {
    Moments<?> moments = Moments.restore(state, kinds);
    descent = moments == null ? null : new Descent<>(moments);
  }

  private Descent<?> descent(INDArray parameters) {
    Descent<?> d = descent;
    if (d == null) {
      int length = Math.toIntExact(parameters.length());
      d = new Descent<>(Moments.zeros(Kernels.of(parameters.dataType()), length, kinds));
      descent = d;
    }
    return d;
  }

  /** The optimiser once the parameters' type is known. */
  private static final class Descent<A> {
    private final Moments<A> moments;
    private final Kernels<A> kernels;
    private final ImplicitStep<A> implicit;
    private @Nullable A before;
    private @Nullable A after;

    Descent(Moments<A> moments) {
      this.moments = moments;
      this.kernels = moments.kernels();
      this.implicit = new ImplicitStep<>(kernels);
    }

    void step(Settings s, INDArray theta, INDArray gradient, boolean @Nullable [] frozen) {
      if (s.momentum() == 0) {
        plain(s.learningRate(), moments.parameters(theta), moments.gradient(gradient), frozen);
        return;
      }
      A m = moments.block(MOMENTUM);
      moments.step(
          theta,
          gradient,
          frozen,
          (t, g, n) -> kernels.momentum(t, g, m, s.learningRate(), s.momentum(), n));
    }

    private void plain(
        double learningRate, Memory theta, Memory gradient, boolean @Nullable [] frozen) {
      int length = theta.length();
      if (frozen == null) {
        kernels.axpy(length, -learningRate, gradient, theta);
        return;
      }
      if (before == null || after == null) {
        before = kernels.array(length);
        after = kernels.array(length);
      }
      // The same axpy as without frozen parameters, for the same bits in the others.
      kernels.get(theta, 0, before, 0, length);
      kernels.axpy(length, -learningRate, gradient, theta);
      kernels.get(theta, 0, after, 0, length);
      kernels.restore(after, before, frozen, 0, length);
      kernels.put(after, 0, theta, 0, length);
    }

    void implicitStep(Settings s, INDArray theta, List<QuadraticPenalty> penalties) {
      double eta = s.learningRate() / (1 - s.momentum());
      implicit.step(theta, penalties, (etas, at, n) -> kernels.fill(etas, n, eta));
    }

    Descent<A> remap(ParameterMap map) {
      return new Descent<>(moments.remap(map));
    }
  }
}
