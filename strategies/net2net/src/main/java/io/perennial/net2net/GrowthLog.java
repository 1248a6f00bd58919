package io.perennial.net2net;

import io.perennial.api.Artefact;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import io.perennial.api.Widening;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the network cost and was good for after each task: a row each. */
final class GrowthLog implements Stateful {
  private static final List<String> COLUMNS =
      List.of(
          "task",
          "hidden",
          "parameters",
          "growths",
          "training accuracy",
          "training accuracy per million parameters");

  private final List<List<Object>> rows = new ArrayList<>();

  /**
   * After a task.
   *
   * @param accuracy on the task's training data in the last epoch; NaN if there was none
   */
  void add(Learner learner, int growths, double accuracy) {
    Model model = learner.model();
    Widening shape = (Widening) model;
    String hidden =
        IntStream.range(0, shape.hiddenLayers())
            .mapToObj(layer -> Integer.toString(shape.width(layer)))
            .collect(Collectors.joining(" "));
    rows.add(
        List.of(
            learner.task().name(),
            hidden,
            model.parameterCount(),
            (long) growths,
            accuracy,
            accuracy / (model.parameterCount() / 1e6)));
  }

  List<Artefact> artefacts() {
    return List.of(
        new Artefact.Table(
            "growth",
            "What the network cost and how well it learned each task",
            COLUMNS,
            List.copyOf(rows)));
  }

  @Override
  public State save() {
    return State.builder().value("rows", List.copyOf(rows)).build();
  }

  @Override
  public void restore(State state) {
    rows.clear();
    if (state.values().get("rows") instanceof List<?> saved) {
      for (Object row : saved) {
        rows.add(List.copyOf((List<?>) row));
      }
    }
  }
}
