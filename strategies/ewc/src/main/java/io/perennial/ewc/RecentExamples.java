package io.perennial.ewc;

import io.perennial.api.Batch;
import io.perennial.api.Examples;
import io.perennial.api.State;
import io.perennial.api.Stateful;
import io.perennial.models.Vectors;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The latest real rows of the batches, at most so many. Adding allocates nothing once the largest
 * batch has been seen.
 */
final class RecentExamples implements Examples, Stateful {
  private final int capacity;
  private float[] features = {};
  private int[] labels = {};
  private float[] batchFeatures = {};
  private int width;
  private int size;

  /** Where the next one goes; the oldest one, once there are as many as fit. */
  private int next;

  RecentExamples(int capacity) {
    this.capacity = capacity;
  }

  void add(Batch batch) {
    int values = Math.toIntExact(batch.features().length());
    if (batchFeatures.length < values) {
      batchFeatures = new float[values];
    }
    Vectors.read(batch.features(), batchFeatures, 0);
    if (labels.length == 0) {
      reserve(values / batch.size());
    }
    for (int n = 0; n < batch.size(); n++) {
      if (batch.origins()[n] == 0) {
        System.arraycopy(batchFeatures, n * width, features, next * width, width);
        labels[next] = batch.labels()[n];
        next = (next + 1) % capacity;
        size = Math.min(size + 1, capacity);
      }
    }
  }

  private void reserve(int exampleWidth) {
    width = exampleWidth;
    features = new float[Math.multiplyExact(capacity, width)];
    labels = new int[capacity];
  }

  void clear() {
    size = 0;
    next = 0;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public void read(int index, float[] destination, int offset) {
    System.arraycopy(features, index * width, destination, offset, width);
  }

  @Override
  public State save() {
    State.Builder state = State.builder().value("next", (long) next).value("width", (long) width);
    state.value("labels", Arrays.stream(labels, 0, size).asLongStream().boxed().toList());
    if (size > 0) {
      INDArray kept = Vectors.create(DataType.FLOAT, size, width);
      Vectors.write(features, size * width, kept);
      state.ownTensor("features", kept);
    }
    return state.build();
  }

  @Override
  public void restore(State state) {
    int[] saved = state.integers("labels");
    clear();
    if (saved.length > 0) {
      reserve((int) state.integer("width"));
      System.arraycopy(saved, 0, labels, 0, saved.length);
      Vectors.read(state.tensor("features"), features, 0);
      size = saved.length;
      next = (int) state.integer("next");
    }
  }
}
