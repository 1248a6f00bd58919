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
 * @param listeners follow the run beside the configured ones; not part of a checkpoint
 */
public record RunOptions(Path out, boolean resume, List<RunListener> listeners) {
  /** A new run without listeners. */
  public static RunOptions into(Path out) {
    return new RunOptions(out, false, List.of());
  }
}
