package io.perennial.runner.report;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

/** Short names for people. */
final class Labels {
  private Labels() {}

  /** One for each entry, different, and no longer than it takes to tell them apart. */
  static List<String> of(List<Entry> entries) {
    List<Function<Entry, String>> candidates =
        List.of(
            Labels::strategies,
            entry -> entry.first().name(),
            entry -> strategies(entry) + " · " + entry.first().name(),
            entry -> Objects.toString(entry.directory().getFileName(), "."),
            entry -> shortPath(entry.directory()));
    for (Function<Entry, String> candidate : candidates) {
      List<String> labels = entries.stream().map(candidate).toList();
      if (new HashSet<>(labels).size() == labels.size()) {
        return labels;
      }
    }
    return entries.stream().map(entry -> entry.directory().toString()).toList();
  }

  static String strategies(Entry entry) {
    return String.join(" + ", entry.first().strategies());
  }

  /** A key in camelCase as words: {@code averageAccuracy} is "Average accuracy". */
  static String words(String key) {
    String spaced = key.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    return spaced.isEmpty()
        ? spaced
        : spaced.substring(0, 1).toUpperCase(Locale.ROOT) + spaced.substring(1);
  }

  private static String shortPath(Path directory) {
    int count = directory.getNameCount();
    return count < 2 ? directory.toString() : directory.subpath(count - 2, count).toString();
  }
}
