package io.perennial.testkit;

import io.perennial.api.Configured;
import io.perennial.api.Expansion;
import io.perennial.api.InputException;
import io.perennial.api.Pipeline;
import io.perennial.api.Setting;
import io.perennial.api.Strategy;
import io.perennial.runner.config.ConfigurationReader;
import io.perennial.runner.plugin.Extension;
import io.perennial.runner.plugin.Registry;
import java.util.List;

/**
 * The strategy that is examined, and the conditions its author chose.
 *
 * @param registry the extensions of the test's class path
 * @param kind {@code Strategy} or {@code TaskOrder}
 * @param block how the strategy is written in a configuration
 * @param neutral blocks that must change nothing
 * @param emptyAtFirst whether there is nothing to remember in the first task
 * @param model the network's block; empty for the kit's own
 * @param shape of one example
 * @param setting what is known at test time
 * @param bound how much the strategy may keep
 */
record Subject(
    Registry registry,
    Class<? extends Strategy> kind,
    String block,
    List<String> neutral,
    boolean emptyAtFirst,
    String model,
    long[] shape,
    Setting setting,
    Bound bound) {

  /** The most numbers that a strategy's state may hold. */
  interface Bound {
    long numbers(int tasks, long parameters);
  }

  /** A block of this subject's kind, bound to its settings. */
  Configured<? extends Strategy> bind(String yaml) {
    return new ConfigurationReader(registry).block(kind, yaml);
  }

  Extension<? extends Strategy> extension() {
    try {
      return registry.get(kind, bind(block).type());
    } catch (InputException e) {
      throw new AssertionError(
          "The strategy cannot be made from "
              + block
              + ": "
              + e.getMessage()
              + (registry.refused().isEmpty() ? "" : " Refused: " + registry.refused())
              + " Is its plugin annotated with @AutoService(Plugin.class)?",
          e);
    }
  }

  /** Whether the strategy's class implements a role. */
  boolean has(Class<?> role) {
    return role.isAssignableFrom(extension().registration().implementation());
  }

  Pipeline pipeline() {
    return has(Expansion.class) ? Pipeline.MODEL_EXPANSION : Pipeline.KNOWLEDGE_RETENTION;
  }
}
