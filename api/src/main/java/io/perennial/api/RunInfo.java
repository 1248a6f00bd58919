package io.perennial.api;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which run it is that a {@link RunListener} follows.
 *
 * @param name free text, from the configuration
 * @param seed of the run
 * @param directory where its results go; it exists, and a listener may add files of its own
 * @param settings the whole configuration with its defaults, by path, such as {@code
 *     training.optimizer.type} or {@code strategies[0].lambda}
 */
public record RunInfo(String name, long seed, Path directory, Map<String, String> settings) {
  /** Takes a copy. */
  public RunInfo {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }
}
