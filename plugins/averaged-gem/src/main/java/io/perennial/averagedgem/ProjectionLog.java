package io.perennial.averagedgem;

import io.perennial.api.Artefact;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How many steps each task took, and in how many of them the gradient was projected. */
final class ProjectionLog implements Stateful {
  private final List<String> tasks = new ArrayList<>();
  private int[] steps = {};
  private int[] projected = {};

  /** A task begins; the steps to come are its own. */
  void begin(String task) {
    tasks.add(task);
    steps = Arrays.copyOf(steps, tasks.size());
    projected = Arrays.copyOf(projected, tasks.size());
  }

  /** A step was made. */
  void count(boolean wasProjected) {
    int task = tasks.size() - 1;
    steps[task]++;
    projected[task] += wasProjected ? 1 : 0;
  }

  Artefact table() {
    List<List<Object>> rows = new ArrayList<>();
    for (int t = 0; t < tasks.size(); t++) {
      double rate = steps[t] == 0 ? 0 : (double) projected[t] / steps[t];
      rows.add(List.of(tasks.get(t), rate, (long) projected[t], (long) steps[t]));
    }
    return new Artefact.Table(
        "projected-steps",
        "Share of each task's steps whose gradient was projected",
        List.of("task", "projection rate", "projected steps", "steps"),
        rows);
  }

  @Override
  public State save() {
    return State.builder()
        .value("tasks", List.copyOf(tasks))
        .value("steps", EpisodicMemory.boxed(steps))
        .value("projected", EpisodicMemory.boxed(projected))
        .build();
  }

  @Override
  public void restore(State state) {
    tasks.clear();
    if (state.values().get("tasks") instanceof List<?> names) {
      names.forEach(name -> tasks.add(name.toString()));
    }
    steps = state.integers("steps");
    projected = state.integers("projected");
  }
}
