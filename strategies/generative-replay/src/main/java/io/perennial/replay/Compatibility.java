package io.perennial.replay;

import io.perennial.api.Composition;
import io.perennial.api.Expansion;
import io.perennial.api.Finding;
import io.perennial.api.InputException;
import io.perennial.api.Objective;
import io.perennial.api.Rehearsal;
import io.perennial.api.Task;
import io.perennial.models.Likelihood;
import java.util.function.Consumer;

/** Whether generative replay can work with the data, the model and the other strategies. */
final class Compatibility {
  private static final String SUBJECT = "generative-replay";

  private Compatibility() {}

  static void check(ReplaySettings settings, Composition composition, Consumer<Finding> findings) {
    if (!composition.with(Expansion.class).stream().allMatch(Expansion::carriesParameters)) {
      findings.accept(
          Finding.error(
              SUBJECT,
              "each task has new parameters and the old ones are left alone, so that there is"
                  + " nothing to rehearse.",
              "Remove one of the two."));
    }
    boolean shared =
        composition.with(Rehearsal.class).size() > 1
            || !composition.with(Objective.class).isEmpty();
    if (settings.corrects() && shared) {
      findings.accept(
          Finding.error(
              SUBJECT,
              "soft targets at a temperature other than 1 expect the cross-entropy and to be the"
                  + " only rehearsal.",
              "Choose targets: hard, or temperature: 1."));
    }
    if (composition.model().wordEmbeddings().isPresent()) {
      findings.accept(
          Finding.error(
              SUBJECT,
              "the examples are numbers of words, which have no values between them that a"
                  + " generator of images or measurements could learn.",
              "Rehearse stored examples with experience-replay instead."));
      return;
    }
    try {
      settings.generator(composition.model());
    } catch (InputException e) {
      findings.accept(Finding.error(SUBJECT, e.getMessage() + ".", ""));
    }
    if (settings.likelihood() == Likelihood.BERNOULLI) {
      composition.tasks().stream()
          .filter(task -> !FeatureRange.isUnit(task))
          .findFirst()
          .ifPresent(task -> findings.accept(outside(task)));
    }
  }

  private static Finding outside(Task task) {
    return Finding.error(
        SUBJECT,
        "task '"
            + task.name()
            + "' has values outside [0, 1], which a Bernoulli likelihood cannot describe.",
        "Choose likelihood: gaussian for standardised values, or scale them to [0, 1].");
  }
}
