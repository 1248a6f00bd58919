package io.perennial.runner.plugin;

import io.perennial.api.DataSource;
import io.perennial.api.Launcher;
import io.perennial.api.Metric;
import io.perennial.api.ModelFactory;
import io.perennial.api.Optimizer;
import io.perennial.api.RunListener;
import io.perennial.api.Scenario;
import io.perennial.api.Strategy;
import io.perennial.api.TaskOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The extension points a plugin may register for, under the names that users read and write. */
public enum Kind {
  /** How the model keeps what it knew. */
  STRATEGY(Strategy.class),
  /** A kind of network. */
  MODEL(ModelFactory.class),
  /** A stream of tasks. */
  SCENARIO(Scenario.class),
  /** Where the examples come from. */
  DATASET(DataSource.class),
  /** How a gradient becomes a step. */
  OPTIMIZER(Optimizer.class),
  /** The order of the stream. */
  ORDER(TaskOrder.class),
  /** A number computed from what was measured. */
  METRIC(Metric.class),
  /** Follows a run. */
  LISTENER(RunListener.class),
  /** Where runs execute. */
  LAUNCHER(Launcher.class);

  private final Class<?> type;

  Kind(Class<?> type) {
    this.type = type;
  }

  /** The interface of the API. */
  public Class<?> type() {
    return type;
  }

  /** The name in configurations, tables and messages. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind that an interface of the API stands for; empty if it is no extension point. */
  public static Optional<Kind> of(Class<?> type) {
    return Arrays.stream(values()).filter(kind -> kind.type == type).findFirst();
  }

  /**
   * The name of an extension point.
   *
   * @throws IllegalArgumentException if the type is no extension point
   */
  public static String label(Class<?> type) {
    return of(type)
        .map(Kind::label)
        .orElseThrow(() -> new IllegalArgumentException(type.getName() + " is no extension point"));
  }
}
