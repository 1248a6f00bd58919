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
 * Adam (<a href="https://arxiv.org/abs/1412.6980">arXiv 1412.6980</a>, algorithm 1, as PyTorch has
 * it): {@code m ← β1 m + (1-β1) g; v ← β2 v + (1-β2) g²; θ ← θ - lr m̂ / (√v̂ + ε)} with m̂ = m /
 * (1 - β1^t) and v̂ = v / (1 - β2^t); ε is outside the corrected root. η of the implicit step is lr
 * / (√v̂ + ε), with v from the gradients given to {@link #step} only. Weight decay is AdamW's (<a
 * href="https://arxiv.org/abs/1711.05101">arXiv 1711.05101</a>): {@code θ ← (1 - lr wd) θ} before
 * the step, in no average. lr is the current one in all of this.
 */
@Description("Adam: steps scaled by running averages of the gradient and its square")
public final class Adam implements Optimizer {
  private static final Moments.Kind FIRST =
      new Moments.Kind("firstMoment", ParameterMap.Quantity.MOMENTUM);

  private static final Moments.Kind SECOND =
      new Moments.Kind("secondMoment", ParameterMap.Quantity.SECOND_MOMENT);

  private final Settings settings;
  private final Workers workers;
  private @Nullable Descent<?> descent;
  private long steps;

  /**
   * How far a step goes.
   *
   * @param learningRate lr
   * @param beta1 β1
   * @param beta2 β2
   * @param epsilon ε
   * @param weightDecay wd
   * @param clip the bound of the gradient's norm; 0 for none
   * @param schedule of the learning rate
   * @param scheduleSteps its length
   */
  public record Settings(
      @Description(
              value = "The step while gradients keep their sign",
              byDefault = "0.001",
              min = 0,
              aboveMin = true,
              paper = "arXiv 1412.6980")
          double learningRate,
      @Description(
              value = "How much of the gradient's running average is kept",
              byDefault = "0.9",
              min = 0,
              max = 1,
              belowMax = true,
              paper = "arXiv 1412.6980")
          double beta1,
      @Description(
              value = "How much of the squared gradient's running average is kept",
              byDefault = "0.999",
              min = 0,
              max = 1,
              belowMax = true,
              paper = "arXiv 1412.6980")
          double beta2,
      @Description(
              value = "Added to the root of the corrected second moment",
              byDefault = "1e-8",
              min = 0,
              aboveMin = true,
              paper = "arXiv 1412.6980")
          double epsilon,
      @Description(
              value =
                  "The part of each parameter, times the learning rate, that a step takes away from it"
                      + " apart from the gradient and its averages (AdamW, decoupled)",
              paper = "arXiv 1711.05101",
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
    public Settings(double learningRate, double beta1, double beta2, double epsilon) {
      this(learningRate, beta1, beta2, epsilon, 0, 0, Schedule.CONSTANT, 0);
    }
  }

  /**
   * The constants of one step.
   *
   * @param size lr / (1 - β1^t)
   * @param rootCorrection √(1 - β2^t)
   */
  record Step(
      double learningRate,
      double beta1,
      double beta2,
      double epsilon,
      double size,
      double rootCorrection) {}

  /** Makes an optimiser that has made no step, and works on the calling thread. */
  public Adam(Settings settings) {
    this(settings, new Workers(1));
  }

  /** Makes an optimiser that has made no step, and shares its work out. */
  @Inject
  public Adam(Settings settings, Workers workers) {
    this.settings = settings;
    this.workers = workers;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the arrays differ in size or type from each other or from
   *     those of earlier steps (see {@link #remap})
   */
  @Override
  public void step(INDArray parameters, INDArray gradient, Optional<boolean[]> frozen) {
    Descent<?> d = descent;
    if (d == null) {
      int length = Math.toIntExact(parameters.length());
      Kernels<?> kernels = Kernels.of(parameters.dataType());
      d = new Descent<>(Moments.zeros(kernels, workers, length, FIRST, SECOND), settings);
      descent = d;
    }
    steps++;
    d.step(constants(), parameters, gradient, frozen.orElse(null));
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException before the first step, when there is no η yet
   */
  @Override
  public void implicitStep(INDArray parameters, List<QuadraticPenalty> penalties) {
    Descent<?> d = descent;
    if (d == null) {
      throw new IllegalStateException("Adam's implicit step comes after a step");
    }
    d.implicitStep(constants(), parameters, penalties);
  }

  private Step constants() {
    double rate =
        settings.schedule().rate(settings.learningRate(), steps - 1, settings.scheduleSteps());
    return new Step(
        rate,
        settings.beta1(),
        settings.beta2(),
        settings.epsilon(),
        rate / (1 - Math.pow(settings.beta1(), (double) steps)),
        Math.sqrt(1 - Math.pow(settings.beta2(), (double) steps)));
  }

  @Override
  public void reset() {
    descent = null;
    steps = 0;
  }

  /** {@inheritDoc} The count of steps stays: new parameters start from zero moments. */
  @Override
  public void remap(ParameterMap map) {
    Descent<?> d = descent;
    if (d != null) {
      descent = d.remap(map);
    }
  }

  @Override
  public State save() {
    State.Builder builder = State.builder().value("steps", steps);
    Descent<?> d = descent;
    if (d != null) {
      d.moments.save(builder);
    }
    return builder.build();
  }

  @Override
  public void restore(State state) {
    steps = state.integer("steps");
    Moments<?> moments = Moments.restore(workers, state, FIRST, SECOND);
    descent = moments == null ? null : new Descent<>(moments, settings);
  }

  /** The optimiser once the parameters' type is known. */
  private static final class Descent<A> {
    private final Moments<A> moments;
    private final Kernels<A> kernels;
    private final ImplicitStep<A> implicit;
    private final Clipping<A> clipping;
    private final Settings settings;

    Descent(Moments<A> moments, Settings settings) {
      this.moments = moments;
      this.kernels = moments.kernels();
      this.implicit = new ImplicitStep<>(kernels, moments.pieces());
      this.clipping = new Clipping<>(kernels, settings.clip());
      this.settings = settings;
    }

    void step(Step step, INDArray theta, INDArray gradient, boolean @Nullable [] frozen) {
      A m = moments.values(FIRST);
      A v = moments.values(SECOND);
      moments.parameters(theta); // Named first if both do not fit.
      double factor = clipping.factor(moments.gradient(gradient), frozen);
      double kept = 1 - step.learningRate() * settings.weightDecay();
      moments.step(
          theta,
          gradient,
          frozen,
          (t, g, at, n) -> {
            if (factor != 1) {
              kernels.multiply(g, factor, n);
            }
            if (kept != 1) {
              kernels.multiply(t, kept, n);
            }
            kernels.adam(t, g, m, v, at, step, n);
          });
    }

    void implicitStep(Step step, INDArray theta, List<QuadraticPenalty> penalties) {
      A v = moments.values(SECOND);
      moments.parameters(theta);
      implicit.step(theta, penalties, (eta, at, n) -> kernels.adamStepSize(v, at, eta, step, n));
    }

    Descent<A> remap(ParameterMap map) {
      return new Descent<>(moments.remap(map), settings);
    }
  }
}
