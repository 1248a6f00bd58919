package io.perennial.averagedgem;

import io.perennial.api.Examples;
import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import io.perennial.api.Task;
import io.perennial.models.Vectors;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Training examples of the tasks that ended, those of a task one after the other, on the heap. */
final class EpisodicMemory implements Examples, Stateful {
  private float[] features = {};
  private int[] labels = {};
  private int[] tasks = {};
  private int[] drawn = {};

  /** Takes in so many of a task's training examples, drawn uniformly; all if it has fewer. */
  void add(Task task, int most, RandomSource random) {
    Examples training = task.training();
    int width = width(task);
    int before = size();
    int after = before + Math.min(most, training.size());
    int[] order = random.permutation(training.size());
    features = Arrays.copyOf(features, Math.multiplyExact(after, width));
    labels = Arrays.copyOf(labels, after);
    tasks = Arrays.copyOf(tasks, after);
    for (int n = before; n < after; n++) {
      training.read(order[n - before], features, n * width);
      labels[n] = training.label(order[n - before]);
      tasks[n] = task.index();
    }
  }

  /** How many values an example of a task has. */
  static int width(Task task) {
    return Math.toIntExact(Arrays.stream(task.shape()).reduce(1, Math::multiplyExact));
  }

  /**
   * Draws so many different examples, uniformly.
   *
   * @return their indices, in the first places; valid until the next call
   */
  int[] draw(int count, RandomSource random) {
    if (drawn.length != size()) {
      drawn = new int[size()];
    }
    // From the same order each time, so that no draw depends on those before.
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = i;
    }
    for (int i = 0; i < Math.min(count, drawn.length - 1); i++) {
      int j = i + random.nextInt(drawn.length - i);
      int held = drawn[i];
      drawn[i] = drawn[j];
      drawn[j] = held;
    }
    return drawn;
  }

  /** The index of the task that an example is of. */
  int task(int index) {
    return tasks[index];
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public void read(int index, float[] destination, int offset) {
    int width = features.length / labels.length;
    System.arraycopy(features, index * width, destination, offset, width);
  }

  @Override
  public State save() {
    State.Builder state =
        State.builder().value("labels", boxed(labels)).value("tasks", boxed(tasks));
    if (size() > 0) {
      INDArray tensor = Vectors.create(DataType.FLOAT, size(), features.length / size());
      Vectors.write(features, features.length, tensor);
      state.ownTensor("features", tensor);
    }
    return state.build();
  }

  @Override
  public void restore(State state) {
    labels = state.integers("labels");
    tasks = state.integers("tasks");
    features = labels.length == 0 ? new float[0] : Vectors.readFloats(state.tensor("features"));
  }

  /** As a JSON value of a state, which {@link State#integers} reads. */
  static List<Long> boxed(int[] values) {
    return Arrays.stream(values).asLongStream().boxed().toList();
  }
}
