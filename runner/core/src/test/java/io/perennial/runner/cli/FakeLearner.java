package io.perennial.runner.cli;

import io.perennial.api.Batch;
import io.perennial.api.Examples;
import io.perennial.api.Learner;
import io.perennial.api.Model;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.List;
import java.util.function.Consumer;

/** In a task and nothing else. */
record FakeLearner(int index, int phase) implements Learner {
  private static final Examples NONE =
      new Examples() {
        @Override
        public int size() {
          return 0;
        }

        @Override
        public int label(int index) {
          throw new IndexOutOfBoundsException(index);
        }

        @Override
        public void read(int index, float[] destination, int offset) {
          throw new IndexOutOfBoundsException(index);
        }
      };

  @Override
  public Task task() {
    return new Task(index, "a task", new long[] {1}, new int[0], NONE, NONE, NONE);
  }

  @Override
  public Model model() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Task> seen() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Setting setting() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long step() {
    return 0;
  }

  @Override
  public void visit(Examples examples, int task, int batchSize, Consumer<Batch> visitor) {}

  @Override
  public void reinitialize() {}
}
