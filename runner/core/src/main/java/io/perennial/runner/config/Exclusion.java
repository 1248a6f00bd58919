package io.perennial.runner.config;

import io.perennial.runner.config.Yaml.Entry;
import java.util.List;
import java.util.Optional;

/**
 * Two settings of which one is written. The records cannot tell, because defaults hide from them
 * which one was.
 *
 * @param block the path of the block they stand in; empty for the whole
 */
record Exclusion(String block, String one, String other) {
  static final List<Exclusion> ALL =
      List.of(
          new Exclusion("", "seed", "seeds"),
          new Exclusion("", "order", "orders"),
          new Exclusion("training", "epochs", "iterations"));

  /** The setting that a setting excludes. */
  static Optional<String> excludedBy(String block, String setting) {
    return ALL.stream()
        .filter(pair -> pair.block.equals(block))
        .filter(pair -> pair.one.equals(setting) || pair.other.equals(setting))
        .map(pair -> pair.one.equals(setting) ? pair.other : pair.one)
        .findFirst();
  }

  /** Reports it if both are written. */
  void check(Yaml root, Problems problems) {
    Yaml target = root;
    if (!block.isEmpty()) {
      Entry inner = root instanceof Yaml.Mapping outer ? outer.entries().get(block) : null;
      if (inner == null) {
        return;
      }
      target = inner.value();
    }
    if (!(target instanceof Yaml.Mapping settings)) {
      return;
    }
    Entry first = settings.entries().get(one);
    Entry second = settings.entries().get(other);
    if (first != null && second != null) {
      problems.add(
          second.key(),
          block.isEmpty() ? other : block + "." + other,
          "excludes '" + one + "' (" + first.key() + "); give one of the two.");
    }
  }
}
