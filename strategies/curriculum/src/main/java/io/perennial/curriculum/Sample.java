package io.perennial.curriculum;

import io.perennial.api.Examples;
import io.perennial.api.Task;
import java.util.Arrays;

/**
 * Some examples of a task, in memory.
 *
 * @param features {@code [N, width]}
 * @param width of one example
 * @param labels {@code [N]}, positions among the task's classes
 * @param classes how many the task has
 */
record Sample(float[] features, int width, int[] labels, int classes) {
  /** Reads examples. */
  static Sample of(Task task, Examples examples, int[] indices) {
    int width = (int) Arrays.stream(task.shape()).reduce(1, (a, b) -> a * b);
    float[] features = new float[indices.length * width];
    int[] labels = new int[indices.length];
    for (int n = 0; n < indices.length; n++) {
      examples.read(indices[n], features, n * width);
      // A task's classes are ascending.
      labels[n] = Arrays.binarySearch(task.classes(), examples.label(indices[n]));
    }
    return new Sample(features, width, labels, task.classes().length);
  }

  int size() {
    return labels.length;
  }
}
