package io.perennial.models;

import io.perennial.api.Model;

/**
 * Capability of a {@link Model}: says what it computes, so that it can be exported. What is said is
 * the network as it is now, in the arithmetic of floats, without what only training does.
 */
public interface Describable {
  /**
   * Adds the network's operators and parameters.
   *
   * @param graph to add to
   * @param features the value with the examples, {@code [N, …]}
   * @param task whose path is wanted, where each task has one ({@link Model#hasTask}); -1 where
   *     there is one for all
   * @return the value with the logits, {@code [N, C]}
   */
  String describe(OperatorGraph graph, String features, int task);
}
