package io.perennial.runner.training;

import io.perennial.api.Batch;
import io.perennial.api.Examples;
import io.perennial.api.GradientTransform;
import io.perennial.api.LossTerm;
import io.perennial.api.Model;
import io.perennial.api.Objective;
import io.perennial.api.QuadraticPenalty;
import io.perennial.api.Regularizer;
import io.perennial.api.Rehearsal;
import io.perennial.api.Sampling;
import io.perennial.api.Task;
import io.perennial.models.CrossEntropy;
import io.perennial.models.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One step of training: the roles in their order, in arrays that are used again. */
final class Step {
  private final Plan plan;
  private final Roles roles;
  private final Competition competition;
  private final BatchAssembler assembler;
  private final IntFunction<Examples> source;
  private final Objective objective;
  private final List<QuadraticPenalty> implicit = new ArrayList<>();
  private final ScoreArrays logitsGradients;

  private INDArray gradient;
  private INDArray penaltyGradient;
  private double[] scores = {};
  private int classes;
  private double loss;
  private int correct;
  private boolean dataFinite = true;

  Step(Plan plan, Roles roles, Competition competition, Consumer<RowReader.Slot> background) {
    this.plan = plan;
    this.roles = roles;
    this.competition = competition;
    Model model = plan.model();
    this.assembler =
        new BatchAssembler(model.inputShape(), model.dataType(), plan.workers(), background);
    List<Task> tasks = plan.stream().tasks();
    this.source = task -> tasks.get(task).training();
    this.objective = roles.objective.orElseGet(CrossEntropy::new);
    this.classes = model.classes();
    this.logitsGradients = new ScoreArrays(model.dataType());
    this.gradient = Vectors.create(model.dataType(), 1);
    this.penaltyGradient = Vectors.create(model.dataType(), 1);
  }

  /** The value of the base loss and the loss terms in the latest step. */
  double loss() {
    return loss;
  }

  /** How many of the real rows of the latest step were predicted right, before the step. */
  int correct() {
    return correct;
  }

  /** The seconds that steps waited for real rows. */
  double secondsWaited() {
    return assembler.secondsWaited();
  }

  /**
   * Makes a step with the drawn examples {@code [from, to)}; those before {@code next} are probably
   * the next step's.
   */
  void make(Training training, Sampling.Draw draw, int from, int to, int next) {
    Model model = training.model();
    fit(model);
    Batch batch = assemble(training, draw, from, to, next);
    INDArray logits = model.forward(batch.features(), batch.tasks(), true);
    INDArray logitsGradient = logitsGradients.of(batch.size(), classes);
    loss = objective.loss(batch, logits, logitsGradient);
    for (LossTerm term : roles.lossTerms) {
      loss += term.add(training, batch, logits, logitsGradient);
    }
    if (!Double.isFinite(loss)) {
      dataFinite = Vectors.isFinite(batch.features());
      throw diverged(training);
    }
    countCorrect(batch, logits, to - from);
    model.backward(logitsGradient, gradient);
    INDArray parameters = model.parameters();
    penalize(parameters);
    for (GradientTransform transform : roles.transforms) {
      transform.transform(training, gradient);
    }
    plan.optimizer().step(parameters, gradient, roles.frozen());
    if (!implicit.isEmpty()) {
      plan.optimizer().implicitStep(parameters, implicit);
    }
    for (Stage stage : roles.stages) {
      stage.strategy().afterStep(training, batch);
    }
  }

  private Batch assemble(Training training, Sampling.Draw draw, int from, int to, int next) {
    assembler.real(classes, request(draw, from, to));
    assembler.ahead(request(draw, to, next));
    for (int k = 0; k < roles.rehearsals.size(); k++) {
      Rehearsal rehearsal = roles.rehearsals.get(k);
      double mass = rehearsal.mass(training);
      if (mass > 0) {
        int first = assembler.size();
        assembler.beginOrigin(k + 1);
        rehearsal.rehearse(training, assembler);
        assembler.endOrigin(first, mass);
      }
    }
    return assembler.finish(competition);
  }

  private RowReader.Request request(Sampling.Draw draw, int from, int to) {
    return new RowReader.Request(source, draw.tasks(), draw.examples(), from, to - from);
  }

  private void penalize(INDArray parameters) {
    implicit.clear();
    boolean explicit = false;
    for (Regularizer regularizer : roles.regularizers) {
      regularizer.observe(parameters, gradient);
      // With a gradient transform everything goes through the gradient: a step after the
      // optimiser's
      // would undo the projection.
      Optional<QuadraticPenalty> quadratic =
          roles.transforms.isEmpty() ? regularizer.implicit() : Optional.empty();
      if (quadratic.isPresent()) {
        implicit.add(quadratic.get());
      } else {
        if (!explicit) {
          Vectors.zero(penaltyGradient);
          explicit = true;
        }
        regularizer.penalize(parameters, penaltyGradient);
      }
    }
    if (explicit) {
      Vectors.axpy(1, penaltyGradient, gradient);
    }
  }

  /** The model may have grown since the last step. */
  private void fit(Model model) {
    if (gradient.length() != model.parameters().length()) {
      gradient.close();
      penaltyGradient.close();
      gradient = Vectors.create(model.dataType(), model.parameters().length());
      penaltyGradient = Vectors.create(model.dataType(), model.parameters().length());
    }
    classes = model.classes();
  }

  private void countCorrect(Batch batch, INDArray logits, int real) {
    if (scores.length < batch.size() * classes) {
      scores = new double[batch.size() * classes];
    }
    Vectors.read(logits, scores, 0);
    correct = 0;
    for (int n = 0; n < real; n++) {
      if (Evaluator.best(scores, n * classes, batch.competing(n)) == batch.labels()[n]) {
        correct++;
      }
    }
  }

  /** What to tell when the loss or the parameters are no longer finite. */
  DivergedException diverged(Training training) {
    String cause =
        !dataFinite
            ? "The features of this batch contain values that are no finite numbers."
            : "The learning rate is probably too large"
                + (roles.regularizers.isEmpty()
                    ? "."
                    : ", or a penalty too stiff for explicit gradient steps (penaltyStep:"
                        + " implicit is stable for every lambda).");
    return new DivergedException(
        "The loss"
            + (Double.isFinite(loss) ? " overflowed the parameters" : " became " + loss)
            + " in task '"
            + training.task().name()
            + "' (number "
            + (training.task().index() + 1)
            + "), at step "
            + (training.step() + 1)
            + " of the run. "
            + cause);
  }

  void close() {
    assembler.close();
    logitsGradients.close();
    gradient.close();
    penaltyGradient.close();
  }
}
