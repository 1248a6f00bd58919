package io.perennial.runner.follow;

import io.perennial.api.Description;
import jakarta.inject.Inject;

/** {@code events.csv}; names of metrics are words, so that nothing in it needs quotes. */
@Description("writes losses, accuracies and metrics into events.csv as the run goes on")
final class CsvLog extends EventLog {
  @Inject
  CsvLog(LogSettings settings) {
    super("events.csv", settings);
  }

  @Override
  String header() {
    return "event,step,task,name,value\n";
  }

  @Override
  String line(String event, long step, int task, String name, double value) {
    return event
        + ','
        + (step < 0 ? "" : Long.toString(step))
        + ','
        + (task < 0 ? "" : Integer.toString(task))
        + ','
        + name.replaceAll("[\",\\p{Cc}]", "_")
        + ','
        + (Double.isNaN(value) ? "" : Double.toString(value))
        + '\n';
  }
}
