package io.perennial.runner.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Settings as texts by their paths, such as {@code strategies[0].lambda}, to be compared. */
public final class FlatSettings {
  private FlatSettings() {}

  /**
   * Those that a run left beside its results; none if the text is no YAML any more: it was edited
   * by hand, and can be shown as it stands, but not compared.
   */
  public static Map<String, String> parse(String yaml) {
    try {
      return of(new Load(LoadSettings.builder().build()).loadFromString(yaml));
    } catch (YamlEngineException e) {
      return Map.of();
    }
  }

  /** Of maps, lists and values; lists of values are one text. */
  static Map<String, String> of(@Nullable Object tree) {
    Map<String, String> flat = new LinkedHashMap<>();
    flatten("", tree, flat);
    return flat;
  }

  private static void flatten(String path, @Nullable Object value, Map<String, String> flat) {
    if (value instanceof Map<?, ?> block) {
      block.forEach(
          (key, element) -> flatten(path.isEmpty() ? "" + key : path + "." + key, element, flat));
    } else if (value instanceof List<?> list && list.stream().anyMatch(Map.class::isInstance)) {
      for (int i = 0; i < list.size(); i++) {
        flatten(path + "[" + i + "]", list.get(i), flat);
      }
    } else if (value != null) {
      flat.put(path, value.toString());
    }
  }
}
