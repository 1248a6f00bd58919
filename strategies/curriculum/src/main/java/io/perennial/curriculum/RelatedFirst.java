package io.perennial.curriculum;

import io.perennial.api.Description;
import io.perennial.api.RandomSource;
import jakarta.inject.Inject;

/**
 * The easiest task first; then always the one most related to what is known, {@code argmax_j max_{i
 * known} A(i, j)}.
 */
@Description(
    value = "the easiest task first, then always the one most related to a task that is known",
    paper = "arXiv 1804.08328")
final class RelatedFirst extends ProbedOrder {
  @Inject
  RelatedFirst(OrderSettings settings, RandomSource random, Surveys surveys) {
    super(settings, random, surveys);
  }

  @Override
  int[] order(Survey survey) {
    return order(survey.difficulty(), survey.relatedness());
  }

  static int[] order(double[] difficulty, double[][] relatedness) {
    return Greedy.order(
        difficulty.length,
        (task, known) ->
            known.length == 0
                ? -difficulty[task]
                : Greedy.largest(known, i -> relatedness[i][task]));
  }
}
