package io.perennial.runner;

import io.perennial.api.RunListener;
import java.nio.file.Path;
import java.util.List;

/**
 * What belongs to one call and not to the configuration.
 *
 * @param out where the results go: a directory that does not exist or is empty; with {@code
 *     resume}, one that an interrupted run left behind
 * @param resume whether to go on from the latest checkpoint in {@code out}
 * @param force whether to go on although the configuration, the data, a plugin or the arithmetic is
 *     not what the checkpoint was made with; the run then ends as no uninterrupted run would
 * @param listeners follow the run beside the configured ones; not part of a checkpoint
 */
public record RunOptions(Path out, boolean resume, boolean force, List<RunListener> listeners) {
  /** Without force. */
  public RunOptions(Path out, boolean resume, List<RunListener> listeners) {
    this(out, resume, false, listeners);
  }

  /** A new run without listeners. */
  public static RunOptions into(Path out) {
    return new RunOptions(out, false, List.of());
  }
}
