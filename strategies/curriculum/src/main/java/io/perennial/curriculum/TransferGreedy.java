package io.perennial.curriculum;

import io.perennial.api.Description;
import io.perennial.api.RandomSource;
import jakarta.inject.Inject;

/**
 * Always the task that helps those still to come the most: {@code argmax_i Σ_{j not known} max(0,
 * A(i, j) - max_{k known} A(k, j))}, a greedy choice of sources as in taskonomy's last step.
 */
@Description(
    value = "always the task whose features add the most to those that are still to come",
    paper = "arXiv 1804.08328, section 3.4")
final class TransferGreedy extends ProbedOrder {
  @Inject
  TransferGreedy(OrderSettings settings, RandomSource random, Surveys surveys) {
    super(settings, random, surveys);
  }

  @Override
  int[] order(Survey survey) {
    return order(survey.relatedness());
  }

  static int[] order(double[][] relatedness) {
    int tasks = relatedness.length;
    return Greedy.order(
        tasks,
        (task, known) -> {
          double sum = 0;
          for (int j = 0; j < tasks; j++) {
            int target = j;
            if (j != task && !Greedy.contains(known, j)) {
              // What no features at all are worth is 0.
              double best = Math.max(0, Greedy.largest(known, k -> relatedness[k][target]));
              sum += Math.max(0, relatedness[task][j] - best);
            }
          }
          return sum;
        });
  }
}
