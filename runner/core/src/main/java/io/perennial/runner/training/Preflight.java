package io.perennial.runner.training;

import io.perennial.api.Composition;
import io.perennial.api.Expansion;
import io.perennial.api.FeatureExtractor;
import io.perennial.api.Finding;
import io.perennial.api.GradientTransform;
import io.perennial.api.Pipeline;
import io.perennial.api.Readout;
import io.perennial.api.Regularizer;
import io.perennial.api.Scenario;
import io.perennial.api.Strategy;
import io.perennial.api.Task;
import io.perennial.runner.config.TrainingSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Checks a composition as a whole, before anything trains; reports everything it finds. */
public final class Preflight {
  /** More names would hide what is said of them. */
  private static final int NAMED = 5;

  private final Composition composition;
  private final List<Stage> stages;
  private final List<Finding> findings = new ArrayList<>();

  private Preflight(Composition composition, List<Stage> stages) {
    this.composition = composition;
    this.stages = stages;
  }

  /**
   * All findings: the runner's own, then each strategy's.
   *
   * @param stages the composition's strategies with their names
   * @param boundaries what is announced of the tasks' ends
   * @param settings of the training
   */
  public static List<Finding> check(
      Composition composition,
      List<Stage> stages,
      Scenario.Boundaries boundaries,
      TrainingSettings settings) {
    Preflight preflight = new Preflight(composition, stages);
    preflight.checkExclusiveRoles();
    preflight.checkPipeline();
    preflight.checkGuards();
    preflight.checkTransforms();
    preflight.checkReadout();
    preflight.checkTasks();
    preflight.checkPatience(settings.patience());
    if (boundaries == Scenario.Boundaries.NONE) {
      preflight.checkWithoutBoundaries(settings);
    }
    for (Stage stage : stages) {
      stage.strategy().check(composition, preflight.findings::add);
    }
    return List.copyOf(preflight.findings);
  }

  /**
   * What keeps strategies from going on with tasks that were learned before.
   *
   * @param tasks of the whole stream, those whose examples are absent among them
   */
  public static List<Finding> checkOldTasks(List<Task> tasks, List<Stage> stages) {
    List<String> absent =
        tasks.stream().filter(AbsentExamples::of).map(task -> "'" + task.name() + "'").toList();
    if (absent.isEmpty()) {
      return List.of();
    }
    String names =
        absent.size() <= NAMED
            ? String.join(", ", absent)
            : String.join(", ", absent.subList(0, NAMED))
                + ", … (%d in all)".formatted(absent.size());
    return stages.stream()
        .filter(stage -> stage.strategy().needsOldTasks())
        .map(
            stage ->
                Finding.error(
                    stage.label(stages),
                    "it trains on the examples of all tasks, and those of the tasks learned before,"
                        + " %s, are not at hand any more.".formatted(names),
                    "Put their data back where it was; without it the model can be used, and taught"
                        + " nothing."))
        .toList();
  }

  private void checkExclusiveRoles() {
    for (Class<? extends Strategy> role : Roles.EXCLUSIVE) {
      List<String> names = namesWith(role);
      if (names.size() > 1) {
        findings.add(
            Finding.error(
                String.join(" and ", names),
                "each has the role "
                    + role.getSimpleName()
                    + ", which only one strategy of a run may have.",
                "Remove all but one."));
      }
    }
  }

  private void checkPipeline() {
    List<String> expansions = namesWith(Expansion.class);
    if (composition.pipeline() == Pipeline.KNOWLEDGE_RETENTION && !expansions.isEmpty()) {
      findings.add(
          Finding.error(
              String.join(" and ", expansions),
              "it makes the network grow, which the knowledge-retention pipeline does not admit.",
              "Choose pipeline: model-expansion."));
    }
    if (composition.pipeline() == Pipeline.MODEL_EXPANSION && expansions.isEmpty()) {
      findings.add(
          Finding.error(
              "pipeline",
              "model-expansion needs exactly one strategy that makes the network grow, and there is"
                  + " none.",
              "Add one, such as independent, or choose pipeline: knowledge-retention."));
    }
  }

  private void checkGuards() {
    boolean carries =
        composition.with(Expansion.class).stream().allMatch(Expansion::carriesParameters);
    // An expansion that is a regulariser too knows what it guards.
    List<String> regularizers =
        stages.stream()
            .filter(stage -> stage.strategy() instanceof Regularizer)
            .filter(stage -> !(stage.strategy() instanceof Expansion))
            .map(Stage::name)
            .toList();
    if (!carries && !regularizers.isEmpty()) {
      findings.add(
          Finding.error(
              String.join(" and ", regularizers),
              "it guards parameters, but "
                  + String.join(" and ", namesWith(Expansion.class))
                  + " trains new ones for each task and leaves the old ones alone, so there is"
                  + " nothing to guard.",
              "Remove one of them."));
    }
  }

  private void checkTransforms() {
    List<Stage> transforms =
        stages.stream().filter(stage -> stage.strategy() instanceof GradientTransform).toList();
    boolean allCommute =
        transforms.stream().allMatch(stage -> ((GradientTransform) stage.strategy()).commutes());
    if (transforms.size() > 1 && !allCommute) {
      findings.add(
          Finding.error(
              transforms.stream().map(Stage::name).collect(Collectors.joining(" and ")),
              "each changes the gradient, and not all declare that their order does not matter.",
              "Remove all but one."));
    }
  }

  private void checkReadout() {
    List<String> readouts = namesWith(Readout.class);
    if (!readouts.isEmpty() && !(composition.model() instanceof FeatureExtractor)) {
      findings.add(
          Finding.error(
              String.join(" and ", readouts),
              "it answers from the network's features, and this model does not show them.",
              "Choose another model, such as mlp."));
    }
  }

  private void checkTasks() {
    if (composition.tasks().size() == 1) {
      findings.add(
          Finding.warning(
              "scenario",
              "the stream has a single task, so transfer and forgetting are not defined.",
              ""));
    }
    Map<String, Integer> names = new HashMap<>();
    for (Task task : composition.tasks()) {
      checkTask(task);
      Integer other = names.putIfAbsent(task.name(), task.index());
      if (other != null) {
        findings.add(
            Finding.error(
                "scenario",
                "tasks "
                    + other
                    + " and "
                    + task.index()
                    + " are both named '"
                    + task.name()
                    + "'.",
                "Name each task differently."));
      }
    }
  }

  private void checkPatience(int patience) {
    List<String> names =
        composition.tasks().stream()
            .filter(task -> task.validation().size() == 0)
            .map(task -> "'" + task.name() + "'")
            .toList();
    if (patience > 0 && !names.isEmpty()) {
      findings.add(
          Finding.error(
              "training.patience",
              "it stops a task's training by its validation accuracy, but there is no validation"
                  + " example in "
                  + String.join(", ", names)
                  + ".",
              "Set the scenario's validation above 0, or patience: 0."));
    }
  }

  private void checkWithoutBoundaries(TrainingSettings settings) {
    for (Stage stage : stages) {
      if (stage.strategy().needsBoundaries()) {
        findings.add(
            Finding.error(
                stage.name(),
                "it needs to be told where a task begins or ends, and this stream has no"
                    + " boundaries.",
                "Choose a strategy that lives on steps alone, such as {type: ewc, online: true,"
                    + " every: 100}, or a scenario with boundaries, such as blurry."));
      }
    }
    if (settings.byIterations() || settings.epochs() != 1 || settings.patience() > 0) {
      findings.add(
          Finding.error(
              "training",
              "a stream without boundaries passes by once, so there are no epochs to repeat, no"
                  + " iterations to count and no patience.",
              "Leave epochs, iterations and patience out; for more examples set the scenario's"
                  + " passes."));
    }
  }

  private void checkTask(Task task) {
    String subject = "task '" + task.name() + "'";
    if (task.training().size() == 0) {
      findings.add(
          Finding.error(
              subject, "it has no training example.", "Use fewer tasks or a smaller validation."));
    }
    if (task.test().size() == 0) {
      findings.add(
          Finding.error(subject, "it has no test example.", "Use fewer tasks or more test data."));
    }
    if (!Arrays.equals(task.shape(), composition.model().inputShape())) {
      findings.add(
          Finding.error(
              subject,
              "its examples have the shape "
                  + Arrays.toString(task.shape())
                  + ", but the model takes "
                  + Arrays.toString(composition.model().inputShape())
                  + ".",
              "Bring all tasks to one shape."));
    }
    if (composition.model().wordEmbeddings().isPresent() && !Words.areNumbers(task)) {
      findings.add(
          Finding.error(
              subject,
              "the model reads numbers of words, and the task's training examples have features"
                  + " that are no whole numbers from 0 to 16777215.",
              "Choose a data set of texts, such as babi or text, or another model."));
    }
    if (task.classes().length == 1) {
      findings.add(
          Finding.warning(
              subject, "it has a single class, so there is nothing to tell apart within it.", ""));
    }
  }

  private List<String> namesWith(Class<?> role) {
    return stages.stream()
        .filter(stage -> role.isInstance(stage.strategy()))
        .map(Stage::name)
        .toList();
  }
}
