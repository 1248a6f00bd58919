package io.perennial.runner.cli;

import io.perennial.api.Finding;
import io.perennial.api.RunListener;
import io.perennial.runner.LifelongModel;
import io.perennial.runner.RunOptions;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.inspection.Inspection;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.result.Results;
import java.nio.file.Path;
import java.util.List;

/** What the commands need of {@link io.perennial.runner.Perennial}, so that tests can stand in. */
interface Engine extends AutoCloseable {
  Registry extensions();

  RunConfiguration read(Path file, List<String> overrides);

  RunConfiguration parse(String yaml);

  List<Finding> check(RunConfiguration configuration);

  Inspection inspect(RunConfiguration configuration);

  Results run(RunConfiguration configuration, RunOptions options);

  void limitMemory(long bytes);

  LifelongModel open(Path directory);

  Results learn(Path directory, Path tasks, List<RunListener> listeners);

  /** Asks the run that is going on, or else the next one, to save itself and to stop. */
  void stop();

  @Override
  void close();
}
