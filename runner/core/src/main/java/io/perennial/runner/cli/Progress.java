package io.perennial.runner.cli;

import io.perennial.api.RunListener;
import io.perennial.runner.config.RunConfiguration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Shows on the error stream how far a run is: a bar on a terminal, now and then a line elsewhere.
 */
final class Progress implements AutoCloseable {
  private final @Nullable RunListener listener;

  Progress(RunConfiguration configuration, boolean quiet) {
    if (quiet) {
      listener = null;
    } else if (System.console() != null && !"dumb".equals(System.getenv("TERM"))) {
      listener = new ProgressBars(configuration.allSeeds());
    } else {
      listener = new ProgressLines(configuration.allSeeds(), System.err, System::nanoTime);
    }
  }

  Optional<RunListener> listener() {
    return Optional.ofNullable(listener);
  }

  @Override
  public void close() {
    if (listener instanceof ProgressBars bars) {
      bars.close();
    }
  }
}
