package io.perennial.models;

import io.perennial.api.Description;
import io.perennial.api.Optimizer;
import io.perennial.api.ParameterMap;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.State;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Stochastic gradient descent with heavy-ball momentum as PyTorch has it: {@code m ← μ m + g; θ ← θ
 * - lr m}. With weight decay, g is the (clipped) gradient plus wd θ. Under a constant gradient the
 * step becomes lr/(1-μ) times it, so that is η of the implicit step, with the current lr.
 */
@Description("Stochastic gradient descent, with heavy-ball momentum if wanted")
public final class Sgd implements Optimizer {
  private static final Moments.Kind MOMENTUM =
      new Moments.Kind("momentum", ParameterMap.Quantity.MOMENTUM);

  private final Settings settings;
  private final Workers workers;
  private final Moments.Kind[] kinds;
  private @Nullable Descent<?> descent;
  private long steps;

  /**
   * How far a step goes.
   *
   * @param learningRate lr
   * @param momentum μ
   * @param weightDecay wd
   * @param clip the bound of the gradient's norm; 0 for none
   * @param schedule of the learning rate
   * @param scheduleSteps its length
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
          double momentum,
      @Description(
              value =
                  "How much of each parameter is added to its gradient, after clipping: an L2 penalty"
                      + " of half this size (PyTorch's weight_decay)",
              byDefault = "0.0",
              min = 0)
          double weightDecay,
      @Description(
              value =
                  "The largest Euclidean norm of a gradient, longer ones are shortened to it"
                      + " (frozen parameters do not count); 0: no limit",
              byDefault = "0.0",
              min = 0)
          double clip,
      @Description(
              value = "How the learning rate falls, from the optimiser's last reset on",
              byDefault = "constant")
          Schedule schedule,
      @Description(
              value = "The steps until a falling learning rate is 0, and stays 0",
              byDefault = "0",
              min = 0)
          long scheduleSteps) {
    /** Checks the schedule. */
    public Settings {
      schedule.requireLength(scheduleSteps);
    }

    /** Without decay, clipping and schedule. */
    public Settings(double learningRate, double momentum) {
      this(learningRate, momentum, 0, 0, Schedule.CONSTANT, 0);
    }
  }

  /** Makes an optimiser that has made no step, and works on the calling thread. */
  public Sgd(Settings settings) {
    this(settings, new Workers(1));
  }

  /** Makes an optimiser that has made no step, and shares its work out. */
  @Inject
  public Sgd(Settings settings, Workers workers) {
    this.settings = settings;
    this.workers = workers;
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
    steps++;
    descent(parameters).step(settings, rate(), parameters, gradient, frozen.orElse(null));
  }

  @Override
  public void implicitStep(INDArray parameters, List<QuadraticPenalty> penalties) {
    descent(parameters).implicitStep(rate() / (1 - settings.momentum()), parameters, penalties);
  }

  /** The learning rate of the latest step. */
  private double rate() {
    return settings.schedule().rate(settings.learningRate(), steps - 1, settings.scheduleSteps());
  }

  @Override
  public void reset() {
    descent = null;
    steps = 0;
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
    if (settings.schedule() != Schedule.CONSTANT) {
      builder.value("steps", steps);
    }
    Descent<?> d = descent;
    if (d != null) {
      d.moments.save(builder);
    }
    return builder.build();
  }

  @Override
  public void restore(State state) {
    Moments<?> moments = Moments.restore(workers, state, kinds);
    descent = moments == null ? null : new Descent<>(moments, settings.clip());
    steps = settings.schedule() == Schedule.CONSTANT ? 0 : state.integer("steps");
  }

  private Descent<?> descent(INDArray parameters) {
    Descent<?> d = descent;
    if (d == null) {
      int length = Math.toIntExact(parameters.length());
      Kernels<?> kernels = Kernels.of(parameters.dataType());
      d = new Descent<>(Moments.zeros(kernels, workers, length, kinds), settings.clip());
      descent = d;
    }
    return d;
  }

  /** The optimiser once the parameters' type is known. */
  private static final class Descent<A> {
    private final Moments<A> moments;
    private final Kernels<A> kernels;
    private final ImplicitStep<A> implicit;
    private final Clipping<A> clipping;
    private final double clip;
    private final Memory[] thetaPieces;
    private final Memory[] gradientPieces;
    private final IntConsumer plainPiece = this::plainPiece;
    private @Nullable Memory slicedTheta;
    private @Nullable Memory slicedGradient;
    private double size;
    private double kept;
    private @Nullable A before;
    private @Nullable A after;

    Descent(Moments<A> moments, double clip) {
      this.moments = moments;
      this.kernels = moments.kernels();
      this.implicit = new ImplicitStep<>(kernels, moments.pieces());
      this.thetaPieces = new Memory[moments.pieces().count()];
      this.gradientPieces = new Memory[thetaPieces.length];
      this.clipping = new Clipping<>(kernels, clip);
      this.clip = clip;
    }

    void step(
        Settings s, double rate, INDArray theta, INDArray gradient, boolean @Nullable [] frozen) {
      moments.parameters(theta); // Named first if both do not fit.
      Memory slopes = moments.gradient(gradient);
      double factor = clipping.factor(slopes, frozen);
      double decay = s.weightDecay();
      if (s.momentum() == 0) {
        plain(rate * factor, 1 - rate * decay, moments.parameters(theta), slopes, frozen);
        return;
      }
      A m = moments.values(MOMENTUM);
      moments.step(
          theta,
          gradient,
          frozen,
          (t, g, at, n) -> {
            if (factor != 1) {
              kernels.multiply(g, factor, n);
            }
            if (decay > 0) {
              kernels.addScaled(decay, t, g, n);
            }
            kernels.momentum(t, g, m, at, rate, s.momentum(), n);
          });
    }

    private void plain(
        double size, double kept, Memory theta, Memory gradient, boolean @Nullable [] frozen) {
      int length = theta.length();
      if (frozen == null) {
        plain(size, kept, theta, gradient);
        return;
      }
      if (before == null || after == null) {
        before = kernels.array(length);
        after = kernels.array(length);
      }
      // The same as without frozen parameters, for the same bits in the others.
      kernels.get(theta, 0, before, 0, length);
      plain(size, kept, theta, gradient);
      kernels.get(theta, 0, after, 0, length);
      kernels.restore(after, before, frozen, 0, length);
      kernels.put(after, 0, theta, 0, length);
    }

    private void plain(double stepSize, double left, Memory theta, Memory gradient) {
      if (slicedTheta != theta || slicedGradient != gradient) {
        slice(theta, thetaPieces);
        slice(gradient, gradientPieces);
        slicedTheta = theta;
        slicedGradient = gradient;
      }
      size = stepSize;
      kept = left;
      moments.pieces().run(plainPiece);
    }

    private void slice(Memory whole, Memory[] parts) {
      Pieces pieces = moments.pieces();
      for (int p = 0; p < parts.length; p++) {
        parts[p] = whole.slice(pieces.from(p), pieces.to(p) - pieces.from(p));
      }
    }

    private void plainPiece(int number) {
      Memory theta = thetaPieces[number];
      if (kept != 1) {
        kernels.scale(theta.length(), kept, theta);
      }
      kernels.axpy(theta.length(), -size, gradientPieces[number], theta);
    }

    void implicitStep(double eta, INDArray theta, List<QuadraticPenalty> penalties) {
      implicit.step(theta, penalties, (etas, at, n) -> kernels.fill(etas, n, eta));
    }

    Descent<A> remap(ParameterMap map) {
      return new Descent<>(moments.remap(map), clip);
    }
  }
}
