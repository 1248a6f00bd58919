package io.perennial.curriculum;

import io.perennial.api.Artefact;
import io.perennial.api.RandomSource;
import io.perennial.api.Task;
import io.perennial.api.TaskOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An order that follows from what probes found out about the tasks. */
abstract class ProbedOrder implements TaskOrder {
  private final OrderSettings settings;
  private final RandomSource random;
  private final Surveys surveys;
  private @Nullable Survey survey;

  ProbedOrder(OrderSettings settings, RandomSource random, Surveys surveys) {
    this.settings = settings;
    this.random = random;
    this.surveys = surveys;
  }

  /** The order; of equals the first comes first. */
  abstract int[] order(Survey survey);

  @Override
  public final int[] order(List<Task> tasks) {
    Survey made = surveys.of(tasks, settings.probe(), random);
    survey = made;
    return order(made);
  }

  @Override
  public Map<String, String> conventions() {
    return Map.of(
        "difficulty",
        "held-out cross-entropy of a probe over log C",
        "relatedness",
        "held-out loss over log C of a head on random features, minus that of a head on the frozen"
            + " features of the other task's probe");
  }

  /** What was measured, and what that cost. */
  @Override
  public List<Artefact> artefacts() {
    Survey made = survey;
    if (made == null) {
      return List.of();
    }
    List<String> names = made.tasks().stream().map(Task::name).toList();
    List<List<Object>> rows = new ArrayList<>();
    for (int t = 0; t < names.size(); t++) {
      Probe.Score score = made.scores().get(t);
      rows.add(List.of(names.get(t), score.loss(), score.accuracy()));
    }
    List<Artefact> artefacts = new ArrayList<>();
    artefacts.add(
        new Artefact.Table(
            "difficulty",
            "How hard each task is for a probe: held-out loss (chance is 1) and accuracy",
            List.of("task", "difficulty", "accuracy"),
            rows));
    if (made.relatednessMeasured()) {
      artefacts.add(
          new Artefact.Matrix(
              "relatedness",
              "What the features learned on one task (row) are worth to another (column), over random ones",
              names,
              names,
              made.relatedness()));
    }
    artefacts.add(
        new Artefact.Table(
            "probing",
            "What the measurements cost",
            List.of("probes", "transfers", "seconds"),
            List.of(List.of((long) made.probes(), (long) made.transfers(), made.seconds()))));
    return artefacts;
  }
}
