package io.perennial.runner.training;

import io.perennial.api.Strategy;
import java.util.Comparator;
import java.util.List;

/**
 * A configured strategy.
 *
 * @param name the {@code type} in the configuration
 * @param position its place in the configured list
 * @param strategy the instance
 */
public record Stage(String name, int position, Strategy strategy) {
  /** The order of work within one role: by name, then by position. */
  static final Comparator<Stage> ORDER =
      Comparator.comparing(Stage::name).thenComparingInt(Stage::position);

  /** A name that is unique in the run: the type, with its position where the type occurs twice. */
  public String label(List<Stage> all) {
    boolean unique = all.stream().filter(other -> other.name.equals(name)).count() == 1;
    return unique ? name : name + "-" + (position + 1);
  }
}
