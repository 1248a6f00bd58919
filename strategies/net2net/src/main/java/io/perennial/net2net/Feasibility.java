package io.perennial.net2net;

import io.perennial.api.Composition;
import io.perennial.api.Deepening;
import io.perennial.api.Finding;
import io.perennial.api.Model;
import io.perennial.api.Regularizer;
import io.perennial.api.Widening;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Whether a network can grow as the settings say.
 *
 * @param settings of the strategy
 * @param composition all that is known
 * @param findings to report to
 */
record Feasibility(Net2Net.Settings settings, Composition composition, Consumer<Finding> findings) {
  /**
   * Reports everything.
   *
   * @param classes the outputs of the network in the end
   */
  void check(int classes) {
    Model model = composition.model();
    if (!(model instanceof Widening widening)) {
      error("this model cannot be made wider.", "Choose model: mlp.");
    } else if (widening.hiddenLayers() == 0) {
      error(
          "this model has no hidden layer that could be made wider.",
          "Give it at least one, such as hidden: [16].");
    } else {
      checkDepth(model);
      checkBudget(model, classes);
    }
  }

  private void checkDepth(Model model) {
    if (!settings.deepen()) {
      return;
    }
    Optional<String> obstacle =
        model instanceof Deepening deepening
            ? deepening.whyNotDeepen()
            : Optional.of("this model has no room for identity layers");
    if (obstacle.isPresent()) {
      error(
          "deepen: true is not possible: " + obstacle.get() + ".",
          "Set deepen: false, or choose a model with activation: relu.");
    } else if (!composition.with(Regularizer.class).isEmpty()) {
      findings.accept(
          Finding.warning(
              "net2net",
              "the layers it inserts have no importance for old tasks, so no penalty guards them"
                  + " until the task in which they are inserted ends, and old tasks may be"
                  + " forgotten through them.",
              "Set deepen: false to guard every parameter that old tasks use."));
    }
  }

  private void checkBudget(Model model, int classes) {
    if (settings.maxParameters() == 0) {
      return;
    }
    long least = new NetworkGrowth(1, false).parametersAfter(model, classes);
    if (settings.maxParameters() < least) {
      error(
          "maxParameters: "
              + settings.maxParameters()
              + " is less than the "
              + least
              + " parameters that the network has with all its outputs before any growth.",
          "Raise maxParameters, set it to 0 for no limit, or start with narrower layers.");
    }
  }

  private void error(String reason, String remedy) {
    findings.accept(Finding.error("net2net", reason, remedy));
  }
}
