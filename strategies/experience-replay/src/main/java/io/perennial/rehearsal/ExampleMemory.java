package io.perennial.rehearsal;

import io.perennial.api.RandomSource;
import io.perennial.api.State;
import io.perennial.models.Vectors;
import io.perennial.rehearsal.ExperienceReplay.Selection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Some examples of a stream, at most so many, chosen as they come by. */
final class ExampleMemory {
  private final Selection selection;
  private final int capacity;
  private float[] features = {};
  private int[] labels = {};
  private int[] tasks = {};
  private int size;
  private int width;

  /** How many examples came by, in all and of each class. */
  private long seen;

  private long[] seenOf = {};

  ExampleMemory(Selection selection, int capacity) {
    this.selection = selection;
    this.capacity = capacity;
  }

  int size() {
    return size;
  }

  int label(int index) {
    return labels[index];
  }

  int task(int index) {
    return tasks[index];
  }

  /** Writes an example's features to {@code to} from {@code at} on. */
  void read(int index, float[] to, int at) {
    System.arraycopy(features, index * width, to, at, width);
  }

  /**
   * Lets an example come by.
   *
   * @param from its features, {@code length} of them from {@code at} on
   */
  void offer(float[] from, int at, int length, int label, int task, RandomSource random) {
    width = length;
    seen++;
    if (label >= seenOf.length) {
      seenOf = Arrays.copyOf(seenOf, label + 1);
    }
    seenOf[label]++;
    int place = place(label, random);
    if (place < 0) {
      return;
    }
    reserve(place + 1);
    size = Math.max(size, place + 1);
    System.arraycopy(from, at, features, place * width, width);
    labels[place] = label;
    tasks[place] = task;
  }

  /** Where it goes; -1 for nowhere. */
  private int place(int label, RandomSource random) {
    if (size < capacity) {
      return size;
    }
    if (selection == Selection.RESERVOIR) {
      double drawn = Math.floor(random.nextDouble() * seen);
      return drawn < capacity ? (int) drawn : -1;
    }
    int[] counts = new int[seenOf.length];
    for (int i = 0; i < size; i++) {
      counts[labels[i]]++;
    }
    int most = Arrays.stream(counts).max().orElse(0);
    if (counts[label] == most) {
      boolean stays = random.nextDouble() * seenOf[label] < counts[label];
      return stays ? drawn(label, counts[label], random) : -1;
    }
    int largest = 0;
    while (counts[largest] < most) {
      largest++;
    }
    return drawn(largest, most, random);
  }

  /** The place of one of a class's examples, uniformly. */
  private int drawn(int label, int count, RandomSource random) {
    int left = random.nextInt(count);
    for (int i = 0; i < size; i++) {
      if (labels[i] == label && left-- == 0) {
        return i;
      }
    }
    throw new IllegalStateException("There are fewer examples of class " + label + " than counted");
  }

  private void reserve(int examples) {
    if (labels.length < examples) {
      int room = Math.min(capacity, Math.max(2 * labels.length, Math.max(16, examples)));
      features = Arrays.copyOf(features, Math.multiplyExact(room, width));
      labels = Arrays.copyOf(labels, room);
      tasks = Arrays.copyOf(tasks, room);
    }
  }

  State save() {
    State.Builder state =
        State.builder()
            .value("seen", seen)
            .value("seenOfClasses", Arrays.stream(seenOf).boxed().toList())
            .value("labels", boxed(labels))
            .value("tasks", boxed(tasks));
    if (size > 0) {
      INDArray tensor = Vectors.create(DataType.FLOAT, size, width);
      Vectors.write(features, size * width, tensor);
      state.ownTensor("features", tensor);
    }
    return state.build();
  }

  void restore(State state) {
    seen = state.integer("seen");
    seenOf = Arrays.stream(state.integers("seenOfClasses")).asLongStream().toArray();
    labels = state.integers("labels");
    tasks = state.integers("tasks");
    size = labels.length;
    features = new float[0];
    if (size > 0) {
      features = Vectors.readFloats(state.tensor("features"));
      width = features.length / size;
    }
  }

  private List<Long> boxed(int[] values) {
    List<Long> list = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      list.add((long) values[i]);
    }
    return list;
  }
}
