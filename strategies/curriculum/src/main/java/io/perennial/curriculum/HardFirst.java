package io.perennial.curriculum;

import io.perennial.api.Description;
import io.perennial.api.RandomSource;
import jakarta.inject.Inject;

/** The hardest task first, by the held-out loss of a probe. */
@Description(
    value = "the hardest task first, as probe networks find them",
    paper = "Bengio et al., ICML 2009")
final class HardFirst extends ProbedOrder {
  @Inject
  HardFirst(OrderSettings settings, RandomSource random, Surveys surveys) {
    super(settings, random, surveys);
  }

  @Override
  int[] order(Survey survey) {
    return Ranks.ascending(Ranks.negated(survey.difficulty()));
  }
}
