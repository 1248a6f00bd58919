package io.perennial.runner.config;

import io.perennial.api.InputException;
import io.perennial.runner.config.Yaml.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts values given as {@code key.path=value} into what was read. */
final class Overrides {
  /** How the option is called. */
  static final String OPTION = "--set ";

  private static final Pattern PATH = Pattern.compile("[\\w-]+(\\[[0-9]{1,6}]|\\.[\\w-]+)*");
  private static final Pattern INDEX = Pattern.compile("[0-9]{1,6}");

  private final Problems problems;

  Overrides(Problems problems) {
    this.problems = problems;
  }

  /** Applies them in order; the later wins. */
  Yaml apply(Yaml root, List<String> overrides) {
    Yaml result = root;
    for (String override : overrides) {
      result = apply(result, override);
    }
    return result;
  }

  private Yaml apply(Yaml root, String override) {
    String source = OPTION + override;
    int equals = override.indexOf('=');
    String path = equals < 0 ? "" : override.substring(0, equals).strip();
    String text = override.substring(equals + 1);
    if (!PATH.matcher(path).matches() || text.isBlank()) {
      problems.add(
          Position.of(source),
          "",
          "must be a path and a value, such as training.epochs=3 or strategies[0].lambda=100.");
      return root;
    }
    try {
      Yaml value = new YamlReader(problems).inline(text, source);
      List<String> steps = List.of(path.replace("[", ".").replace("]", "").split("\\."));
      int before = problems.count();
      Yaml changed = put(root, steps, 0, value, source);
      return problems.count() > before ? root : changed;
    } catch (InputException e) {
      for (String problem : e.problems()) {
        problems.add(Position.of(source), "", problem.substring(source.length() + 2));
      }
      return root;
    }
  }

  private Yaml put(Yaml target, List<String> steps, int depth, Yaml value, String source) {
    if (depth == steps.size()) {
      return value;
    }
    String step = steps.get(depth);
    String here = String.join(".", steps.subList(0, depth));
    if (target instanceof Yaml.Sequence list) {
      List<Yaml> items = new ArrayList<>(list.items());
      int index = INDEX.matcher(step).matches() ? Integer.parseInt(step) : items.size();
      if (index >= items.size()) {
        problems.add(Position.of(source), "", noItem(here, step, items.size()));
        return target;
      }
      items.set(index, put(items.get(index), steps, depth + 1, value, source));
      return new Yaml.Sequence(list.position(), items);
    }
    if (INDEX.matcher(step).matches()) {
      problems.add(
          Position.of(source), "", "there is no list '" + here + "' in the configuration.");
      return target;
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    Position place = Position.of(source);
    if (target instanceof Yaml.Mapping block) {
      entries.putAll(block.entries());
      place = block.position();
    } else if (target instanceof Yaml.Scalar name && !name.isNull()) {
      // A name alone stands for a block with that type.
      entries.put("type", new Entry(name.position(), name));
    }
    if (depth == steps.size() - 1) {
      // What is typed wins over the file. Two options that exclude each other are a mistake.
      Exclusion.excludedBy(here, step)
          .filter(other -> !isTyped(entries.get(other)))
          .ifPresent(entries::remove);
    }
    Entry old = entries.get(step);
    Yaml inner = old == null ? new Yaml.Mapping(Position.of(source), Map.of()) : old.value();
    Position key = old == null ? Position.of(source) : old.key();
    entries.put(step, new Entry(key, put(inner, steps, depth + 1, value, source)));
    return new Yaml.Mapping(place, entries);
  }

  private static boolean isTyped(@Nullable Entry entry) {
    return entry != null && entry.key().source().startsWith(OPTION);
  }

  private static String noItem(String list, String step, int size) {
    String range =
        size == 0
            ? "it is empty"
            : size == 1 ? "its only index is 0" : "its indices are 0 to " + (size - 1);
    return "the list '" + list + "' has no item '" + step + "'; " + range + ".";
  }
}
