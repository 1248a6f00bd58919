package io.perennial.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import io.perennial.api.Batch;
import io.perennial.api.LossTerm;
import io.perennial.api.Model;
import io.perennial.api.Objective;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.RandomSource;
import io.perennial.api.Regularizer;
import io.perennial.models.Vectors;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
          Law.of("an implicit penalty is the penalty", Regularizer.class, GradientLaws::implicit),
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
      subject.requireActive(
          Regularizer.class,
          steepest[0] > 0,
          "After three tasks the penalty is flat around the parameters, so nothing is guarded.");
    }
  }

  private static void implicit(Subject subject) {
    RandomSource random = new RandomSource(3);
    try (Bench bench = Bench.of(subject, Conditions.IN_DOUBLE)) {
      Regularizer regularizer = (Regularizer) bench.strategy();
      bench
          .training()
          .run(
              (training, tasks) -> {
                Optional<QuadraticPenalty> quadratic = regularizer.implicit();
                if (quadratic.isPresent()) {
                  double[] theta = Doubles.near(bench.model().parameters(), random);
                  compare(quadratic.get(), new Penalty(regularizer).at(theta), theta);
                }
              });
    }
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
    Sampled sampled = new Sampled("add", 1, true);
    sampled.run(subject);
    subject.requireActive(
        LossTerm.class, sampled.steepest > 0, "In three tasks the term did not add to the loss.");
  }

  private static void objective(Subject subject) {
    new Sampled("loss", 0, false).run(subject);
  }

  /**
   * Some of a run's calls of a method that answers with a loss and its gradient with respect to the
   * logits. It is carried on to the parameters, whose derivatives are compared: what a term is a
   * function of (the logits as they are masked, or as they were before) is its own business.
   */
  private static final class Sampled {
    private final String method;
    private final int batchAt;
    private final boolean adds;
    private int calls;
    private double steepest;

    /**
     * Of a method with batch, logits and gradient one after the other.
     *
     * @param batchAt where the batch stands
     */
    Sampled(String method, int batchAt, boolean adds) {
      this.method = method;
      this.batchAt = batchAt;
      this.adds = adds;
    }

    void run(Subject subject) {
      Witness witness =
          new Witness(
              (bench, called, arguments, answer) -> {
                if (called.equals(method)
                    && arguments.length == batchAt + 3
                    && calls++ % EVERY == 0) {
                  examine(bench.model(), arguments, answer);
                }
                return answer.to(arguments);
              });
      try (Bench bench = Bench.witnessed(subject, Conditions.IN_DOUBLE, witness)) {
        bench.run();
      }
    }

    private void examine(Model model, Object[] arguments, Witness.Answer answer) {
      double[] theta = Doubles.of(model.parameters());
      long[] shape = ((INDArray) arguments[batchAt + 1]).shape();
      double[] before = new double[Math.toIntExact(shape[0] * shape[1])];
      // An objective overwrites: what was there must not shine through.
      Arrays.fill(before, adds ? 0.5 : Double.NaN);
      double[] claimed;
      try (INDArray delta = Doubles.array(before, shape);
          INDArray gradient = Vectors.create(DataType.DOUBLE, theta.length)) {
        value(model, arguments, answer, theta, delta);
        if (adds) {
          Vectors.write(Doubles.minus(Doubles.of(delta), before), delta);
        }
        model.backward(delta, gradient);
        claimed = Doubles.of(gradient);
      }
      try (INDArray scratch = Vectors.create(DataType.DOUBLE, shape)) {
        steepest =
            Math.max(
                steepest,
                Derivatives.check(
                    method + "'s gradient",
                    theta,
                    moved -> value(model, arguments, answer, moved, scratch),
                    claimed));
        // The step goes on as if nothing had been.
        value(model, arguments, answer, theta, scratch);
      }
    }

    private double value(
        Model model, Object[] arguments, Witness.Answer answer, double[] theta, INDArray delta) {
      Batch batch = (Batch) arguments[batchAt];
      Vectors.write(theta, model.parameters());
      Object[] own = arguments.clone();
      own[batchAt + 1] = model.forward(batch.features(), batch.tasks(), true);
      own[batchAt + 2] = delta;
      try {
        return ((Number) Objects.requireNonNull(answer.to(own))).doubleValue();
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
