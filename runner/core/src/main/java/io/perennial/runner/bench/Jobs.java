package io.perennial.runner.bench;

import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.result.RunResult;
import io.perennial.runner.result.Seconds;
import java.nio.file.Path;
import java.util.List;

/** Whole runs, made from configurations as a user would write them. */
final class Jobs implements AutoCloseable {
  private final Perennial perennial;
  private final Path scratch;
  private int made;

  /**
   * What a run took.
   *
   * @param seconds as in its results
   * @param times of its tasks
   * @param directory of its results
   */
  record Outcome(Seconds seconds, TaskTimes times, Path directory) {}

  /**
   * Prepares them.
   *
   * @param scratch where the runs are written; the caller's to delete
   */
  Jobs(Registry registry, Path scratch, int threads) {
    this.perennial = Perennial.start(threads, registry);
    this.scratch = scratch;
  }

  /**
   * Runs a configuration.
   *
   * @throws io.perennial.api.InputException if something it needs is not installed
   */
  Outcome run(String yaml) {
    TaskTimes times = new TaskTimes();
    Path directory = scratch.resolve("run-" + made++);
    RunOptions options = new RunOptions(directory, false, List.of(times));
    RunResult result = perennial.run(perennial.parse(yaml), options).runs().get(0);
    return new Outcome(result.seconds(), times, directory);
  }

  /** The files of the IDX format in a directory, as a data set's block. */
  static String idx(Path directory) {
    String quoted =
        directory.toAbsolutePath().toString().replace("\\", "\\\\").replace("\"", "\\\"");
    return "{type: idx, path: \"" + quoted + "\"}";
  }

  /**
   * A configuration of permuted images.
   *
   * @param dataset block
   * @param tasks how many
   * @param model lines of {@code model}, and of {@code pipeline} if it grows
   * @param batch rows
   * @param evaluate the line
   * @param strategy block; none if empty
   */
  static String yaml(
      String dataset, int tasks, String model, int batch, String evaluate, String strategy) {
    return """
        name: bench
        %s
        scenario: {type: permuted, dataset: %s, tasks: %d, setting: domain-incremental}
        %s
        training: {epochs: 1, batchSize: %d, optimizer: {type: sgd, learningRate: 0.05}}
        %s
        strategies: [%s]
        """
        .formatted(
            model.contains("pipeline:") ? "" : "pipeline: knowledge-retention",
            dataset,
            tasks,
            model,
            batch,
            evaluate,
            strategy);
  }

  @Override
  public void close() {
    perennial.close();
  }
}
