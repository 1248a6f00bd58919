package io.perennial.curriculum;

import io.perennial.api.Description;
import io.perennial.api.RandomSource;
import jakarta.inject.Inject;

/** The easiest task first, by the held-out loss of a probe. */
@Description(
    value = "the easiest task first, as probe networks find them",
    paper = "Bengio et al., ICML 2009")
final class EasyFirst extends ProbedOrder {
  @Inject
  EasyFirst(OrderSettings settings, RandomSource random, Surveys surveys) {
    super(settings, random, surveys);
  }

  @Override
  int[] order(Survey survey) {
    return Ranks.ascending(survey.difficulty());
  }
}
