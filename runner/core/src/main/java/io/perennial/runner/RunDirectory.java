package io.perennial.runner;

import io.perennial.api.Configured;
import io.perennial.api.DataSource;
import io.perennial.api.InputException;
import io.perennial.runner.config.Blocks;
import io.perennial.runner.config.Records;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.data.Preparation;
import io.perennial.runner.data.UnlabelledData;
import io.perennial.runner.result.Checkpoint;
import io.perennial.runner.result.CheckpointStore;
import io.perennial.runner.result.History;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The directory that a run of one seed left behind, as far as its model is concerned. */
final class RunDirectory {
  private static final String CONFIGURATION = "config.yaml";

  /** The built-in sources whose features are pixels, and the value that became 1. */
  private static final Map<String, Integer> PIXELS =
      Map.of("idx", 255, "image-folder", 255, "cifar10", 255, "cifar100", 255, "digits", 16);

  private final Path path;
  private final History history;
  private final RunConfiguration configuration;

  /**
   * Reads what is known of the run.
   *
   * @throws InputException if it is none
   */
  RunDirectory(Perennial perennial, Path directory) {
    this.path = directory.toAbsolutePath().normalize();
    this.history = History.read(path);
    this.configuration = read(perennial, CONFIGURATION).withSeed(history.seed());
  }

  Path path() {
    return path;
  }

  History history() {
    return history;
  }

  /** Of the first generation, with the seed of this run. */
  RunConfiguration configuration() {
    return configuration;
  }

  CheckpointStore checkpoints() {
    return new CheckpointStore(path.resolve("checkpoint"), configuration.checkpoint().keep());
  }

  /** What was learned of whole tasks: the one that a run was stopped in is not to be used yet. */
  Checkpoint learned() {
    return required(checkpoints().latestBetweenTasks());
  }

  Checkpoint latest(CheckpointStore checkpoints) {
    return required(checkpoints.latest());
  }

  private Checkpoint required(Optional<Checkpoint> found) {
    Checkpoint checkpoint =
        found.orElseThrow(
            () ->
                new InputException(
                    "The run in %s has not learned any task yet. Let it end first."
                        .formatted(path)));
    if (!Origin.fits(checkpoint.state(), checkpoint.tasksDone(), history)) {
      throw new InputException(
          "%s: the checkpoint after %d tasks is that of another run than %s tells of. Put back the run's own."
              .formatted(path.resolve("checkpoint"), checkpoint.tasksDone(), History.FILE));
    }
    return checkpoint;
  }

  /** Brings its tasks back. */
  Past past(Perennial perennial) {
    return new Past(
        file -> read(perennial, file),
        (Preparation preparation) -> perennial.wiring(history.seed(), preparation));
  }

  /** How data becomes examples. */
  Preparation preparation() {
    return Preparation.of(history.latest().preparation());
  }

  /** What the run's data sources were told of their files. */
  UnlabelledData.Hints hints() {
    boolean transposed = false;
    String text = "text";
    for (Configured<?> block : Blocks.inside(configuration.scenario())) {
      if (block.kind() == DataSource.class) {
        transposed |= Boolean.TRUE.equals(Records.find(block.settings(), "transposed"));
        text = Records.find(block.settings(), "text") instanceof String name ? name : text;
      }
    }
    return new UnlabelledData.Hints(transposed, text);
  }

  /** What the run's data sources divided pixels by; 0 if that is not known. */
  int largestPixel() {
    Set<Integer> found = new HashSet<>();
    for (Configured<?> block : Blocks.inside(configuration.scenario())) {
      if (block.kind() == DataSource.class) {
        found.add(PIXELS.getOrDefault(block.type(), 0));
      }
    }
    return found.size() == 1 ? found.iterator().next() : 0;
  }

  private RunConfiguration read(Perennial perennial, String file) {
    if (file.isEmpty()) {
      throw new InputException("a program handed it over");
    }
    Path own = path.resolve(file);
    // The runs of several seeds share the configuration in the directory above theirs.
    Path shared = path.resolveSibling(file);
    return perennial.read(Files.exists(own) || !Files.exists(shared) ? own : shared, List.of());
  }
}
