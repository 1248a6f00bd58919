package io.perennial.runner.data;

import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import java.util.Arrays;

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
}
