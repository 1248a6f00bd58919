package io.perennial.runner.compare;

import io.perennial.runner.result.Results;
import io.perennial.runner.result.RunResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What directories are called: by their strategies, and where one scenario has the same strategies
 * twice by the settings in which they differ. These are named in all scenarios, so that the same
 * strategies with the same settings have the same name everywhere.
 */
final class Labels {
  /** With more, a name is no name: then the run's own, or its directory, tells it apart. */
  private static final int MOST_SETTINGS = 3;

  private final Map<Path, Results> read;
  private final Map<Path, Map<String, String>> settings;

  private Labels(Map<Path, Results> read, Map<Path, Map<String, String>> settings) {
    this.read = read;
    this.settings = settings;
  }

  static Map<Path, String> of(Map<Path, Results> read, Map<Path, Map<String, String>> settings) {
    return Collections.unmodifiableMap(new Labels(read, settings).labels());
  }

  private Map<Path, String> labels() {
    List<Function<Path, String>> ways =
        List.of(
            this::bySettings,
            directory -> bySettings(directory) + ", " + first(directory).name(),
            directory -> bySettings(directory) + ", " + directory);
    Map<Path, String> labels = new LinkedHashMap<>();
    for (Path directory : read.keySet()) {
      for (Function<Path, String> way : ways) {
        String label = way.apply(directory);
        labels.put(directory, label);
        long alike =
            read.keySet().stream()
                .filter(other -> sameScenario(other, directory))
                .filter(other -> way.apply(other).equals(label))
                .count();
        if (alike == 1) {
          break;
        }
      }
    }
    return labels;
  }

  private String bySettings(Path directory) {
    List<String> strategies = first(directory).strategies();
    List<String> parts = new ArrayList<>(List.of(String.join(" + ", strategies)));
    Set<String> keys = telling(strategies);
    if (keys.size() <= MOST_SETTINGS) {
      keys.forEach(
          key -> parts.add(Settings.brief(key, strategies) + "=" + setting(directory, key)));
    }
    return String.join(", ", parts);
  }

  /** In what those with these strategies differ from one another within any scenario. */
  private Set<String> telling(List<String> strategies) {
    List<Path> alike =
        read.keySet().stream()
            .filter(directory -> first(directory).strategies().equals(strategies))
            .toList();
    Set<String> keys = new TreeSet<>();
    for (Path one : alike) {
      List<Map<String, String>> here =
          alike.stream()
              .filter(other -> sameScenario(one, other))
              .map(other -> settings.getOrDefault(other, Map.of()))
              .collect(Collectors.toList());
      keys.addAll(Settings.differing(here));
    }
    return keys;
  }

  private String setting(Path directory, String key) {
    return settings.getOrDefault(directory, Map.of()).getOrDefault(key, "none");
  }

  private RunResult first(Path directory) {
    return runs(directory).get(0);
  }

  private List<RunResult> runs(Path directory) {
    return read.getOrDefault(directory, Results.of(List.of())).runs();
  }

  private boolean sameScenario(Path a, Path b) {
    return first(a).setting() == first(b).setting()
        && runs(a).stream()
            .anyMatch(
                one ->
                    runs(b).stream()
                        .anyMatch(
                            other ->
                                one.seed() == other.seed() && stream(one).equals(stream(other))));
  }

  private static String stream(RunResult run) {
    return RunResult.stream(run.conventions());
  }
}
