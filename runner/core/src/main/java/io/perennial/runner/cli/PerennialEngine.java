package io.perennial.runner.cli;

import io.perennial.api.Finding;
import io.perennial.api.RunListener;
import io.perennial.runner.LifelongModel;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.inspection.Inspection;
import io.perennial.runner.plugin.DropIns;
import io.perennial.runner.plugin.LockFile;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.result.Results;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The engine of this installation. */
final class PerennialEngine implements Engine {
  private final Perennial perennial;

  private PerennialEngine(Perennial perennial) {
    this.perennial = perennial;
  }

  static Engine start(int threads, PluginOptions plugins) {
    DropIns dropIns =
        new DropIns(
            plugins.directories(),
            plugins.locked() ? Optional.of(Path.of(LockFile.NAME)) : Optional.empty());
    return new PerennialEngine(Perennial.start(threads, dropIns));
  }

  @Override
  public Registry extensions() {
    return perennial.extensions();
  }

  @Override
  public RunConfiguration read(Path file, List<String> overrides) {
    return perennial.read(file, overrides);
  }

  @Override
  public RunConfiguration parse(String yaml) {
    return perennial.parse(yaml);
  }

  @Override
  public List<Finding> check(RunConfiguration configuration) {
    return perennial.check(configuration);
  }

  @Override
  public Inspection inspect(RunConfiguration configuration) {
    return perennial.inspect(configuration);
  }

  @Override
  public Results run(RunConfiguration configuration, RunOptions options) {
    return perennial.run(configuration, options);
  }

  @Override
  public void limitMemory(long bytes) {
    perennial.limitMemory(bytes);
  }

  @Override
  public LifelongModel open(Path directory) {
    return perennial.open(directory);
  }

  @Override
  public Results learn(Path directory, Path tasks, List<RunListener> listeners) {
    return perennial.learn(directory, tasks, listeners);
  }

  @Override
  public void stop() {
    perennial.stop();
  }

  @Override
  public void close() {
    perennial.close();
  }
}
