package io.perennial.gate;

import io.perennial.api.Batch;
import io.perennial.api.Examples;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import io.perennial.models.TaskModels;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The run as a strategy inside the newest expert sees it: the model is that expert, and only its
 * own task's classes compete.
 *
 * @param run the whole run
 * @param experts its model
 */
record ExpertLearner(Learner run, TaskModels experts) implements Learner {
  @Override
  public Model model() {
    return experts.network(experts.size() - 1);
  }

  @Override
  public void visit(Examples examples, int task, int batchSize, Consumer<Batch> visitor) {
    boolean[] own = new boolean[experts.classes()];
    for (int c : experts.ownClasses(experts.size() - 1)) {
      own[c] = true;
    }
    run.visit(
        examples,
        task,
        batchSize,
        batch -> {
          boolean[][] competing = new boolean[batch.size()][];
          Arrays.fill(competing, own);
          visitor.accept(
              new Batch(
                  batch.features(),
                  batch.labels(),
                  batch.tasks(),
                  batch.origins(),
                  batch.weights(),
                  competing));
        });
  }

  @Override
  public Task task() {
    return run.task();
  }

  @Override
  public List<Task> seen() {
    return run.seen();
  }

  @Override
  public Setting setting() {
    return run.setting();
  }

  @Override
  public int phase() {
    return run.phase();
  }

  @Override
  public long step() {
    return run.step();
  }

  @Override
  public void reinitialize() {
    run.reinitialize();
  }
}
