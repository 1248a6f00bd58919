package io.perennial.testkit;

import static org.junit.jupiter.api.Assertions.fail;

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
import java.util.Set;

/**
 * The strategy that is examined, and the conditions its author chose.
 *
 * @param registry the extensions of the test's class path
 * @param kind {@code Strategy} or {@code TaskOrder}
 * @param block how the strategy is written in a configuration
 * @param neutral blocks that must change nothing
 * @param emptyAtFirst whether there is nothing to remember in the first task
 * @param resting roles that must have nothing to do
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
    Set<Class<? extends Strategy>> resting,
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

  /** Sees to it that a role did something, or nothing if it rests. */
  void requireActive(Class<? extends Strategy> role, boolean acted, String otherwise) {
    if (acted && resting.contains(role)) {
      fail("Its role " + role.getSimpleName() + " is among restingRoles, but it acted.");
    }
    if (!acted && !resting.contains(role)) {
      fail(
          otherwise
              + " Choose settings in strategy() with which it acts; if the role has nothing to do"
              + " with these, say so in restingRoles().");
    }
  }

  Pipeline pipeline() {
    return has(Expansion.class) ? Pipeline.MODEL_EXPANSION : Pipeline.KNOWLEDGE_RETENTION;
  }
}
