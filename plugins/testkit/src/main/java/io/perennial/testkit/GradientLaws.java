package io.perennial.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import io.perennial.api.LossTerm;
import io.perennial.api.Objective;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.RandomSource;
import io.perennial.api.Regularizer;
import io.perennial.models.Vectors;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every gradient is the derivative of the value that comes with it. */
final class GradientLaws {
  /** Of the calls of a run, so that all tasks are looked at and the time stays short. */
  private static final int EVERY = 4;

  static final List<Law> ALL =
      List.of(
          Law.of(
              "the penalty's gradient is its derivative", Regularizer.class, GradientLaws::penalty),
          Law.of("the implicit penalty is the penalty", Regularizer.class, GradientLaws::implicit),
          Law.of("the loss term's gradient is its derivative", LossTerm.class, GradientLaws::term),
          Law.of(
              "the objective's gradient is its derivative",
              Objective.class,
              GradientLaws::objective));

  private GradientLaws() {}

  private static void penalty(Subject subject) {
    RandomSource random = new RandomSource(3);
    try (Bench bench = Bench.of(subject, Conditions.IN_DOUBLE)) {
      Penalty penalty = new Penalty((Regularizer) bench.strategy());
      double[] steepest = {0};
      bench
          .training()
          .run(
              (training, tasks) -> {
                double[] theta = Doubles.near(bench.model().parameters(), random);
                double[] claimed = penalty.at(theta).gradient();
                double steep =
                    Derivatives.check("The penalty's gradient", theta, penalty::value, claimed);
                steepest[0] = Math.max(steepest[0], steep);
              });
      if (steepest[0] == 0) {
        fail(
            "After three tasks the penalty is flat around the parameters, so nothing is guarded."
                + " Choose settings in strategy() with which it acts, or look at afterTask.");
      }
    }
  }

  private static void implicit(Subject subject) {
    RandomSource random = new RandomSource(3);
    int[] offered = {0};
    try (Bench bench = Bench.of(subject, Conditions.IN_DOUBLE)) {
      Regularizer regularizer = (Regularizer) bench.strategy();
      bench
          .training()
          .run(
              (training, tasks) -> {
                Optional<QuadraticPenalty> quadratic = regularizer.implicit();
                if (quadratic.isPresent()) {
                  offered[0]++;
                  double[] theta = Doubles.near(bench.model().parameters(), random);
                  compare(quadratic.get(), new Penalty(regularizer).at(theta), theta);
                }
              });
    }
    Assumptions.assumeTrue(offered[0] > 0, "It offers no implicit penalty with these settings");
  }

  private static void compare(QuadraticPenalty quadratic, Penalty.At claimed, double[] theta) {
    double[] importance = Doubles.of(quadratic.importance());
    double[] anchor = Doubles.of(quadratic.anchor());
    double[] gradient = new double[theta.length];
    for (int i = 0; i < theta.length; i++) {
      if (!(importance[i] >= 0) || !(quadratic.lambda() >= 0)) {
        fail(
            "The implicit penalty has importance "
                + importance[i]
                + " of parameter "
                + i
                + " and lambda "
                + quadratic.lambda()
                + ". Expected: each at least 0, or the step has no minimum.");
      }
      gradient[i] = 2 * quadratic.lambda() * importance[i] * (theta[i] - anchor[i]);
    }
    double allowed = 1e-9 * Doubles.largest(gradient);
    double apart = Doubles.largest(Doubles.minus(gradient, claimed.gradient()));
    if (!(apart <= allowed)) {
      fail(
          "implicit and penalize are two different penalties: their gradients are up to "
              + apart
              + " apart. Expected: penalize's gradient is 2 lambda b (theta - anchor).");
    }
  }

  private static void term(Subject subject) {
    Sampled sampled = new Sampled("add", 2, 3, true);
    sampled.run(subject);
    Assumptions.assumeTrue(
        sampled.steepest > 0, "With these settings the term adds nothing; choose some that do");
  }

  private static void objective(Subject subject) {
    new Sampled("loss", 1, 2, false).run(subject);
  }

  /** Some of a run's calls of a method with logits and a gradient are examined. */
  private static final class Sampled {
    private final String method;
    private final int logitsAt;
    private final int gradientAt;
    private final boolean adds;
    private int calls;
    private double steepest;

    Sampled(String method, int logitsAt, int gradientAt, boolean adds) {
      this.method = method;
      this.logitsAt = logitsAt;
      this.gradientAt = gradientAt;
      this.adds = adds;
    }

    void run(Subject subject) {
      Witness witness =
          new Witness(
              (bench, called, arguments, answer) -> {
                if (called.equals(method)
                    && arguments.length > gradientAt
                    && calls++ % EVERY == 0) {
                  examine(arguments, answer);
                }
                return answer.to(arguments);
              });
      try (Bench bench = Bench.witnessed(subject, Conditions.IN_DOUBLE, witness)) {
        bench.run();
      }
    }

    private void examine(Object[] arguments, Witness.Answer answer) throws Throwable {
      INDArray logits = (INDArray) arguments[logitsAt];
      long[] shape = logits.shape();
      double[] z = Doubles.of(logits);
      double[] before = new double[z.length];
      // An objective overwrites: what was there must not shine through.
      Arrays.fill(before, adds ? 0.5 : Double.NaN);
      try (INDArray gradient = Doubles.array(before, shape)) {
        value(arguments, answer, z, gradient);
        double[] claimed = Doubles.of(gradient);
        if (adds) {
          claimed = Doubles.minus(claimed, before);
        }
        double steep =
            Derivatives.check(
                method + "'s gradient", z, moved -> value(arguments, answer, moved), claimed);
        steepest = Math.max(steepest, steep);
      }
    }

    private double value(Object[] arguments, Witness.Answer answer, double[] z) {
      long[] shape = ((INDArray) arguments[logitsAt]).shape();
      try (INDArray gradient = Vectors.create(DataType.DOUBLE, shape)) {
        return value(arguments, answer, z, gradient);
      }
    }

    private double value(Object[] arguments, Witness.Answer answer, double[] z, INDArray gradient) {
      try (INDArray logits = Doubles.array(z, gradient.shape())) {
        Object[] own = arguments.clone();
        own[logitsAt] = logits;
        own[gradientAt] = gradient;
        Object value = answer.to(own);
        return ((Number) Objects.requireNonNull(value)).doubleValue();
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
