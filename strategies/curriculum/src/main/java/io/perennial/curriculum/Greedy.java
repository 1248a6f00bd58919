package io.perennial.curriculum;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** One task after the other, each the best that is left. */
final class Greedy {
  private Greedy() {}

  /** The worth of a task when some are known. */
  @FunctionalInterface
  interface Worth {
    double of(int task, int[] known);
  }

  /** The order of n tasks; of equals the first comes first. */
  static int[] order(int n, Worth worth) {
    int[] order = new int[n];
    for (int at = 0; at < n; at++) {
      int[] known = Arrays.copyOf(order, at);
      int best = -1;
      double highest = 0;
      for (int task = 0; task < n; task++) {
        if (!contains(known, task)) {
          double value = worth.of(task, known);
          if (best < 0 || value > highest) {
            best = task;
            highest = value;
          }
        }
      }
      order[at] = best;
    }
    return order;
  }

  /** The largest value over some tasks; negative infinity for none. */
  static double largest(int[] tasks, IntToDoubleFunction value) {
    return Arrays.stream(tasks).mapToDouble(value).max().orElse(Double.NEGATIVE_INFINITY);
  }

  static boolean contains(int[] tasks, int task) {
    return Arrays.stream(tasks).anyMatch(known -> known == task);
  }
}
