package io.perennial.net2net;

import io.perennial.api.Batch;
import io.perennial.api.Examples;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.List;
import java.util.function.Consumer;

/** A learner that stands at a task and a phase; it has no data. */
final class FakeLearner implements Learner {
  private final Model model;
  int task;
  int phase;

  FakeLearner(Model model) {
    this.model = model;
  }

  static Task task(int index) {
    Examples none =
        new Examples() {
          @Override
          public int size() {
            return 0;
          }

          @Override
          public int label(int i) {
            throw new IndexOutOfBoundsException(i);
          }

          @Override
          public void read(int i, float[] destination, int offset) {
            throw new IndexOutOfBoundsException(i);
          }
        };
    int[] classes = {2 * index, 2 * index + 1};
    return new Task(index, "task " + index, new long[] {4}, classes, none, none, none);
  }

  @Override
  public Model model() {
    return model;
  }

  @Override
  public Task task() {
    return task(task);
  }

  @Override
  public List<Task> seen() {
    return List.of(task());
  }

  @Override
  public Setting setting() {
    return Setting.TASK_INCREMENTAL;
  }

  @Override
  public int phase() {
    return phase;
  }

  @Override
  public long step() {
    return 0;
  }

  @Override
  public void visit(Examples examples, int task, int batchSize, Consumer<Batch> visitor) {
    throw new UnsupportedOperationException("There is no data");
  }

  @Override
  public void reinitialize() {
    throw new UnsupportedOperationException("Nothing starts again");
  }
}
