package io.perennial.runner.data;

import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Indices divided between training and validation, both ascending.
 *
 * @param training what is learned from
 * @param validation what is held out
 */
record Holdout(int[] training, int[] validation) {
  /**
   * Holds out a random part, at least one example if the fraction is above 0.
   *
   * @param indices ascending
   * @param fraction from 0 to below 1
   * @param task for the message
   */
  static Holdout of(int[] indices, double fraction, RandomSource random, String task) {
    if (fraction == 0) {
      return new Holdout(indices, new int[0]);
    }
    if (indices.length < 2) {
      throw new InputException(
          "Task %s has %d training example; validation %s needs at least 2, one of them to learn from. Set validation to 0."
              .formatted(task, indices.length, fraction));
    }
    int held = (int) Math.round(indices.length * fraction);
    held = Math.min(Math.max(held, 1), indices.length - 1);
    int[] shuffled = indices.clone();
    random.shuffle(shuffled);
    int[] validation = Arrays.copyOf(shuffled, held);
    int[] training = Arrays.copyOfRange(shuffled, held, shuffled.length);
    Arrays.sort(validation);
    Arrays.sort(training);
    return new Holdout(training, validation);
  }

  /**
   * Holds out the same share of each class, at least one example of every class that has two.
   *
   * @param labels one an example; the indices are their positions
   * @param share above 0, below 1
   */
  static Holdout ofEachClass(int[] labels, double share, RandomSource random) {
    int classes = Arrays.stream(labels).max().orElse(-1) + 1;
    int[] left = new int[classes];
    int[] wanted = new int[classes];
    for (int label : labels) {
      left[label]++;
    }
    for (int label = 0; label < classes; label++) {
      int held = Math.max(1, (int) Math.round(left[label] * share));
      wanted[label] = Math.min(held, left[label] - 1);
    }
    boolean[] out = new boolean[labels.length];
    for (int index : random.permutation(labels.length)) {
      out[index] = wanted[labels[index]]-- > 0;
    }
    return new Holdout(
        IntStream.range(0, labels.length).filter(i -> !out[i]).toArray(),
        IntStream.range(0, labels.length).filter(i -> out[i]).toArray());
  }
}
