package io.perennial.gate;

import io.perennial.api.Composition;
import io.perennial.api.Finding;
import io.perennial.api.Readout;
import io.perennial.api.Rehearsal;
import io.perennial.api.Task;
import java.util.function.Consumer;

/**
 * What the gates need, looked at before anything trains.
 *
 * @param settings of the strategy
 * @param gates none trained yet
 */
record GateCheck(ExpertGate.Settings settings, Gates gates) {
  void check(Composition composition, Consumer<Finding> findings) {
    int width = Gates.width(composition.model().inputShape());
    if (settings.gateHidden() >= width) {
      findings.accept(
          error(
              "gateHidden is "
                  + settings.gateHidden()
                  + ", but an example has only "
                  + width
                  + " values: a gate that is no narrower than its input can copy anything, and then"
                  + " all gates reconstruct all tasks.",
              "Choose gateHidden below " + width + "."));
    }
    if (composition.model().wordEmbeddings().isPresent()) {
      findings.accept(
          error(
              "the examples are numbers of words, which say nothing by their size, so no"
                  + " autoencoder can tell one task's from another's.",
              "Choose independent, which is told the task, or another strategy."));
      return;
    }
    for (Task task : composition.tasks()) {
      checkTask(task, findings);
    }
    if (!composition.with(Readout.class).isEmpty()) {
      findings.accept(
          error(
              "a readout needs one network's features, and every expert has its own.",
              "Remove the readout."));
    }
    if (!composition.with(Rehearsal.class).isEmpty()) {
      findings.accept(
          Finding.warning(
              "expert-gate",
              "rows of old tasks go to their own experts, which never change, so rehearsing them"
                  + " teaches nothing.",
              "Leave the rehearsal out."));
    }
  }

  private void checkTask(Task task, Consumer<Finding> findings) {
    if (task.training().size() == 0) {
      findings.accept(
          error(
              "task '"
                  + task.name()
                  + "' has no training example, so its gate cannot learn what"
                  + " its examples look like.",
              "Use fewer tasks or a smaller validation."));
      return;
    }
    float outside = gates.outside(task.training(), task.shape());
    if (!Float.isNaN(outside)) {
      findings.accept(
          error(
              "task '"
                  + task.name()
                  + "' has the value "
                  + outside
                  + ", and gates with input: raw"
                  + " reconstruct values from 0 to 1.",
              "Choose input: standardized."));
    }
  }

  private static Finding error(String reason, String remedy) {
    return Finding.error("expert-gate", reason, remedy);
  }
}
