package io.perennial.runner;

import io.perennial.api.Configured;
import io.perennial.api.Finding;
import io.perennial.api.InputException;
import io.perennial.api.TaskOrder;
import io.perennial.runner.config.ConfigurationWriter;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.data.RandomOrder;
import io.perennial.runner.result.OutputDirectory;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.ResultsWriter;
import io.perennial.runner.result.RunResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The runs of a configuration with several random orders: how much the order matters to it. */
final class OrderRuns {
  private final Perennial perennial;
  private final RunConfiguration configuration;
  private final RunOptions options;
  private final List<Results> done = new ArrayList<>();
  private @Nullable RunFailedException failure;

  OrderRuns(Perennial perennial, RunConfiguration configuration, RunOptions options) {
    this.perennial = perennial;
    this.configuration = configuration;
    this.options = options;
  }

  /** The configuration with the k-th of its random orders. */
  static RunConfiguration variant(RunConfiguration configuration, int k) {
    return configuration.withOrder(
        new Configured<>(TaskOrder.class, "random", new RandomOrder.Settings(k)));
  }

  /**
   * Runs them all; what {@link Perennial#run} gives and throws.
   *
   * @return all runs of all orders
   */
  Results run() {
    refuseErrors();
    String yaml = new ConfigurationWriter().write(configuration);
    try (OutputDirectory out =
        options.resume()
            ? OutputDirectory.reopen(options.out(), yaml, options.force())
            : OutputDirectory.claim(options.out())) {
      ResultsWriter writer = new ResultsWriter(out.path());
      writer.writeConfiguration(yaml);
      if (!options.resume()) {
        writer.writeOrders(configuration.name(), done, configuration.orders());
      }
      for (int k = 1; k <= configuration.orders(); k++) {
        run(k, out.path().resolve(ResultsWriter.orderDirectory(k)));
        writer.writeOrders(configuration.name(), done, configuration.orders());
      }
    }
    List<RunResult> runs = done.stream().flatMap(results -> results.runs().stream()).toList();
    Results all = Results.of(runs);
    if (failure != null) {
      throw new RunFailedException(String.valueOf(failure.getMessage()), all, failure);
    }
    return all;
  }

  private void run(int k, Path directory) {
    boolean begun = options.resume() && OutputDirectory.isBegun(directory);
    RunOptions own = new RunOptions(directory, begun, options.force(), options.listeners());
    try {
      done.add(perennial.runSeeds(variant(configuration, k), own));
    } catch (RunFailedException e) {
      done.add(e.results());
      failure = failure == null ? e : failure;
    }
  }

  /** Before anything is written. */
  private void refuseErrors() {
    List<String> errors =
        perennial.check(configuration).stream()
            .filter(finding -> finding.severity() == Finding.Severity.ERROR)
            .map(Finding::toString)
            .toList();
    if (!errors.isEmpty()) {
      throw new InputException(errors);
    }
  }
}
