package io.perennial.runner.config;

import io.perennial.api.Configured;
import io.perennial.api.Description;
import io.perennial.api.Optimizer;

/**
 * How each task is learned.
 *
 * @param epochs passes over a task's training data; 1 and without meaning when {@code iterations}
 *     is above 0
 * @param iterations steps for each task; 0 means that {@code epochs} counts
 * @param batchSize the most rows drawn in a step
 * @param optimizer how a gradient becomes a step
 * @param resetOptimizer whether it forgets momentum and the like before each task
 * @param patience epochs without a better validation accuracy after which a task's training stops;
 *     0 for never
 */
public record TrainingSettings(
    @Description(value = "Passes over each task's training data.", byDefault = "1", min = 0)
        int epochs,
    @Description(
            value = "Steps for each task, instead of epochs; 0 means: use epochs.",
            byDefault = "0",
            min = 0)
        int iterations,
    @Description(value = "Examples drawn in each step.", byDefault = "128", min = 1) int batchSize,
    @Description(
            value = "How a gradient becomes a step.",
            byDefault = "{type: sgd, learningRate: 0.05}")
        Configured<Optimizer> optimizer,
    @Description(
            value = "Whether the optimiser forgets momentum and the like before each task.",
            byDefault = "true")
        boolean resetOptimizer,
    @Description(
            value =
                "Epochs without a better validation accuracy after which a task's training stops;"
                    + " the best parameters are kept. 0: never, the last ones are kept.",
            byDefault = "0",
            min = 0)
        int patience) {

  /** Where iterations count, epochs have no meaning: equal settings shall be equal records. */
  public TrainingSettings {
    epochs = iterations > 0 ? 1 : epochs;
  }

  /** Whether a task's length is given in steps. */
  public boolean byIterations() {
    return iterations > 0;
  }
}
