package io.perennial.api;

import java.util.List;

/**
 * All that is known before training, for the pre-flight check.
 *
 * @param pipeline the chosen pipeline
 * @param setting what is known at test time
 * @param tasks the stream, in order
 * @param model as it starts
 * @param strategies all of them, in configured order
 */
public record Composition(
    Pipeline pipeline, Setting setting, List<Task> tasks, Model model, List<Strategy> strategies) {

  /** The strategies that have a role. */
  public <R> List<R> with(Class<R> role) {
    return strategies.stream().filter(role::isInstance).map(role::cast).toList();
  }
}
