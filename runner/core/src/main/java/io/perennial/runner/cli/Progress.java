package io.perennial.runner.cli;

import io.perennial.api.RunListener;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/**
 * Shows on the error stream how far a run is: a bar on a terminal, now and then a line elsewhere.
 */
final class Progress implements AutoCloseable {
  private final ProgressMeter meter;
  private final List<RunListener> listeners = new ArrayList<>();

  // Picocli knows a terminal on every JDK; System.console() is not null on newer ones anyway.
  Progress(List<Long> seeds, boolean quiet) {
    meter = new ProgressMeter(seeds, System::nanoTime);
    listeners.add(meter);
    if (!quiet) {
      listeners.add(
          Ansi.AUTO.enabled()
              ? new ProgressBars(meter, System::nanoTime)
              : new ProgressLines(meter, System.err, System::nanoTime));
    }
  }

  /** To be told of the run, in this order. */
  List<RunListener> listeners() {
    return List.copyOf(listeners);
  }

  /** How far it is, in a line. */
  String line() {
    return meter.line();
  }

  @Override
  public void close() {
    for (RunListener listener : listeners) {
      if (listener instanceof ProgressBars bars) {
        bars.close();
      }
    }
  }
}
