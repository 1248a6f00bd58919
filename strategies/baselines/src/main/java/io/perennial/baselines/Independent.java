package io.perennial.baselines;

import io.perennial.api.Composition;
import io.perennial.api.Description;
import io.perennial.api.Expansion;
import io.perennial.api.Finding;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.ParameterMap;
import io.perennial.api.RandomSource;
import io.perennial.api.Router;
import io.perennial.api.State;
import io.perennial.models.TaskModels;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One network a task, each from its own first weights: nothing is forgotten and nothing transfers.
 * Memory and parameters grow linearly with the number of tasks.
 */
@Description(
    value = "One network a task: forgets nothing, transfers nothing, grows with every task.",
    needs = "model-expansion; task labels at test time, or a strategy that routes")
public final class Independent implements Expansion {
  private final RandomSource random;

  @Inject
  Independent(RandomSource random) {
    this.random = random;
  }

  @Override
  public void check(Composition composition, Consumer<Finding> findings) {
    if (!composition.setting().taskKnownAtTest() && composition.with(Router.class).isEmpty()) {
      findings.accept(
          Finding.error(
              "independent",
              "it must know at test time which task's network to ask, and this setting gives no"
                  + " task label.",
              "Choose setting: task-incremental, or add a strategy that routes."));
    }
  }

  @Override
  public Optional<Growth> expandBefore(Learner learner) {
    Model model = learner.model();
    int task = learner.task().index();
    int oldSize = Math.toIntExact(model.parameters().length());
    if (task == 0) {
      return Optional.of(new Growth(new TaskModels(model), ParameterMap.identity(oldSize)));
    }
    if (!(model instanceof TaskModels networks)) {
      throw new IllegalStateException("The networks of the tasks so far have been replaced");
    }
    networks.add(random.child("task " + task));
    int newSize = Math.toIntExact(networks.parameters().length());
    return Optional.of(new Growth(networks, ParameterMap.fresh(oldSize, newSize)));
  }

  @Override
  public boolean carriesParameters() {
    return false;
  }

  /** A network a task. */
  @Override
  public Size largest(Composition composition) {
    Size one = Size.of(composition.model());
    return new Size(one.live(), one.all() * composition.tasks().size());
  }

  @Override
  public Model rebuild(Model initial, State saved) {
    TaskModels networks = new TaskModels(initial);
    networks.restore(saved);
    return networks;
  }
}
