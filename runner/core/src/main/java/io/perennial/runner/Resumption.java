package io.perennial.runner;

import io.perennial.api.InputException;
import io.perennial.runner.result.Checkpoint;
import io.perennial.runner.result.CheckpointStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a run goes on, if it can end as one that was never interrupted. */
final class Resumption {
  private static final Logger LOG = LoggerFactory.getLogger(Resumption.class);

  private Resumption() {}

  /**
   * The checkpoint to go on from; none if the run begins. Changes nothing.
   *
   * @throws InputException if no checkpoint is intact, it has more tasks than the stream, or it was
   *     made from something else and the run is not forced to go on
   */
  static Optional<Checkpoint> of(
      Assembly assembly, Origin origin, CheckpointStore checkpoints, RunOptions options) {
    Optional<Checkpoint> latest = options.resume() ? checkpoints.latest() : Optional.empty();
    latest.ifPresent(checkpoint -> refuseShorterStream(assembly, checkpoint));
    latest.ifPresent(checkpoint -> refuseOtherOrigin(origin, checkpoint, options));
    return latest;
  }

  /** A stream may have grown since, but what was learned must still be in it. */
  private static void refuseShorterStream(Assembly assembly, Checkpoint latest) {
    int tasks = assembly.plan().stream().size();
    int begun = latest.tasksDone() + (latest.step() == Checkpoint.BETWEEN_TASKS ? 0 : 1);
    if (begun > tasks) {
      throw new InputException(
          "The run has learned or begun %d tasks, but the stream has only %d now. If it was taught further ones with 'perennial continue', go on with that; else bring the missing ones back, or start a new run."
              .formatted(begun, tasks));
    }
  }

  /** What was learned so far, and what is to come, must be what an uninterrupted run has. */
  private static void refuseOtherOrigin(Origin origin, Checkpoint latest, RunOptions options) {
    List<String> differences = origin.differences(latest.state());
    if (differences.isEmpty()) {
      return;
    }
    if (options.force()) {
      differences.forEach(difference -> LOG.warn("Goes on although {}", difference));
      return;
    }
    List<String> problems = new ArrayList<>();
    differences.forEach(difference -> problems.add("cannot go on to the bit: " + difference + "."));
    problems.add(
        "Bring back what was there, start anew in another directory, or give --force to go on with"
            + " a run that no uninterrupted one would equal.");
    throw new InputException(problems);
  }
}
