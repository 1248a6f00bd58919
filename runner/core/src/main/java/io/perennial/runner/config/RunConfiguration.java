package io.perennial.runner.config;

import io.perennial.api.Configured;
import io.perennial.api.Description;
import io.perennial.api.Launcher;
import io.perennial.api.Metric;
import io.perennial.api.ModelFactory;
import io.perennial.api.Pipeline;
import io.perennial.api.RunListener;
import io.perennial.api.Scenario;
import io.perennial.api.Strategy;
import io.perennial.api.TaskOrder;
import java.util.HashSet;
import java.util.List;

/**
 * A run as configured, with every default filled in.
 *
 * @param name free text; paths use a slug of it
 * @param pipeline whether the network may grow
 * @param seed the first of {@link #allSeeds()}
 * @param seeds empty unless the run is repeated
 * @param scenario the stream
 * @param order of the stream's tasks
 * @param orders how many random orders to run with instead; 0 for none
 * @param model the network
 * @param training how it learns
 * @param evaluate when it is measured
 * @param curves accuracies between the ends of tasks
 * @param measureOn what it is measured on
 * @param firstTasks how many tasks of the stream to learn; 0 for all
 * @param strategies none means plain fine-tuning
 * @param listeners beside the runner's own
 * @param launcher of the runs of several seeds
 * @param metrics with settings
 * @param checkpoint when the run is saved
 */
@Description("A run: which tasks, which network, which strategies.")
public record RunConfiguration(
    @Description("Name of the run; free text.") String name,
    @Description("Whether the network is fixed (knowledge-retention) or grows (model-expansion).")
        Pipeline pipeline,
    @Description(value = "Start of all random numbers.", byDefault = "1") long seed,
    @Description(value = "Several seeds, one run for each; instead of seed.", byDefault = "[]")
        List<Long> seeds,
    @Description("The stream of tasks.") Configured<Scenario> scenario,
    @Description(value = "The order of the tasks.", byDefault = "{type: given}")
        Configured<TaskOrder> order,
    @Description(
            value =
                "Runs with so many random orders instead, into order-1, order-2, …, and reports how"
                    + " much the order matters: mean, best and worst; 0 for none.",
            byDefault = "0",
            min = 0)
        int orders,
    @Description("The network.") Configured<ModelFactory> model,
    @Description(value = "How each task is learned.", byDefault = "{}") TrainingSettings training,
    @Description(
            value =
                "When accuracy is measured: all (after each task, on every task), seen (after each"
                    + " task, on the tasks so far), every N (after every N-th task and the last),"
                    + " final (after the last).",
            byDefault = "all")
        Evaluation evaluate,
    @Description(
            value = "Accuracies on the way: learning curves, and how far old tasks fall meanwhile.",
            byDefault = "{}")
        CurveSettings curves,
    @Description(
            value =
                "What accuracy is measured on: test, or validation while settings are being"
                    + " chosen.",
            byDefault = "test")
        MeasureOn measureOn,
    @Description(
            value =
                "Learns only so many tasks of the ordered stream, as for choosing settings on the"
                    + " first two; 0 for all.",
            byDefault = "0",
            min = 0)
        int firstTasks,
    @Description(value = "What keeps old knowledge; none is fine-tuning.", byDefault = "[]")
        List<Configured<Strategy>> strategies,
    @Description(value = "What follows the run, beside the runner itself.", byDefault = "[]")
        List<Configured<RunListener>> listeners,
    @Description(value = "Where the runs of several seeds execute.", byDefault = "{type: local}")
        Configured<Launcher> launcher,
    @Description(
            value = "Metrics with settings to compute; those without settings are computed always.",
            byDefault = "[]")
        List<Configured<Metric>> metrics,
    @Description(
            value = "When the run is saved in the middle of a task; no result depends on it.",
            byDefault = "{}")
        CheckpointSettings checkpoint) {
  /** The examples that accuracies are measured on. */
  public enum MeasureOn {
    /** Those held back for the final word. */
    TEST,
    /** Those held out of the training examples, so that choosing settings sees no test data. */
    VALIDATION
  }

  /**
   * Checks the name and the seeds. With several seeds, {@code seed} becomes the first of them.
   *
   * @throws IllegalArgumentException if the name is blank or a seed is repeated
   */
  public RunConfiguration {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name must not be blank.");
    }
    if (new HashSet<>(seeds).size() < seeds.size()) {
      throw new IllegalArgumentException(
          "seeds must differ from each other; they are " + seeds + ".");
    }
    seeds = List.copyOf(seeds);
    seed = seeds.isEmpty() ? seed : seeds.get(0);
    strategies = List.copyOf(strategies);
    listeners = List.copyOf(listeners);
    metrics = List.copyOf(metrics);
  }

  /** The seeds to run with, at least one. */
  public List<Long> allSeeds() {
    return seeds.isEmpty() ? List.of(seed) : seeds;
  }

  /** The same with other seeds; none leaves the first one alone. */
  public RunConfiguration withSeeds(List<Long> others) {
    return with(seed, others, scenario, order, orders, firstTasks);
  }

  /** The same with one seed. */
  public RunConfiguration withSeed(long other) {
    return with(other, List.of(), scenario, order, orders, firstTasks);
  }

  /** The same with one order. */
  public RunConfiguration withOrder(Configured<TaskOrder> other) {
    return with(seed, seeds, scenario, other, 0, firstTasks);
  }

  /** The same with another scenario, all of whose tasks are learned. */
  public RunConfiguration withScenario(Configured<Scenario> other) {
    return with(seed, seeds, other, order, orders, 0);
  }

  private RunConfiguration with(
      long newSeed,
      List<Long> newSeeds,
      Configured<Scenario> newScenario,
      Configured<TaskOrder> newOrder,
      int newOrders,
      int newFirstTasks) {
    return new RunConfiguration(
        name,
        pipeline,
        newSeed,
        newSeeds,
        newScenario,
        newOrder,
        newOrders,
        model,
        training,
        evaluate,
        curves,
        measureOn,
        newFirstTasks,
        strategies,
        listeners,
        launcher,
        metrics,
        checkpoint);
  }
}
