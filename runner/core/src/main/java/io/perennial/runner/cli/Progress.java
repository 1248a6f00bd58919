package io.perennial.runner.cli;

import io.perennial.api.RunListener;
import io.perennial.runner.config.RunConfiguration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/**
 * Shows on the error stream how far a run is: a bar on a terminal, now and then a line elsewhere.
 */
final class Progress implements AutoCloseable {
  private final @Nullable RunListener listener;

  // Picocli knows a terminal on every JDK; System.console() is not null on newer ones anyway.
  Progress(RunConfiguration configuration, boolean quiet) {
    if (quiet) {
      listener = null;
    } else if (Ansi.AUTO.enabled()) {
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
