package io.perennial.runner.report;

import io.perennial.runner.config.FlatSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The settings of several configurations beside one another: a row for each that differs. */
final class SettingsTable {
  private final List<Entry> entries;

  SettingsTable(List<Entry> entries) {
    this.entries = entries;
  }

  /** Empty when there is nothing to compare. */
  List<Map<String, Object>> rows() {
    if (entries.size() < 2) {
      return List.of();
    }
    List<Map<String, String>> settings =
        entries.stream().map(entry -> FlatSettings.parse(entry.configuration())).toList();
    Set<String> keys = new LinkedHashSet<>();
    settings.forEach(map -> keys.addAll(map.keySet()));
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String key : keys) {
      List<String> cells = settings.stream().map(map -> map.getOrDefault(key, "")).toList();
      if (cells.stream().distinct().count() > 1) {
        rows.add(row(key, cells));
      }
    }
    return rows;
  }

  static Map<String, Object> row(String key, List<String> cells) {
    boolean same = cells.stream().distinct().count() == 1;
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("key", key);
    // One cell over all columns says it better than the same text in each.
    row.put("same", same);
    row.put("cells", same ? cells.subList(0, 1) : cells);
    return row;
  }
}
