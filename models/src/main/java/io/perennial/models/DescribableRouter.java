package io.perennial.models;

/**
 * Capability of a {@link io.perennial.api.Router}: says how it routes, so that it can be exported.
 */
public interface DescribableRouter {
  /**
   * Adds the router's operators and parameters.
   *
   * @param graph to add to
   * @param features the value with the examples, {@code [N, …]}
   * @return the value with each example's task, {@code [N]} whole numbers
   */
  String describeRoute(OperatorGraph graph, String features);
}
