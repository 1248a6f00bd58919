package io.perennial.runner.compare;

import io.perennial.runner.result.Results;
import io.perennial.runner.result.RunResult;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What directories are called: by their strategies, if that tells those of one scenario apart. */
final class Labels {
  private Labels() {}

  static Map<Path, String> of(Map<Path, Results> read) {
    Map<Path, String> labels = new LinkedHashMap<>();
    read.forEach(
        (directory, results) -> {
          List<Function<Map.Entry<Path, Results>, String>> ways =
              List.of(
                  entry -> strategies(entry.getValue()),
                  entry -> strategies(entry.getValue()) + ", " + first(entry.getValue()).name(),
                  entry -> strategies(entry.getValue()) + ", " + entry.getKey());
          for (Function<Map.Entry<Path, Results>, String> way : ways) {
            String label = way.apply(Map.entry(directory, results));
            labels.put(directory, label);
            long alike =
                read.entrySet().stream()
                    .filter(other -> sameScenario(other.getValue(), results))
                    .filter(other -> way.apply(other).equals(label))
                    .count();
            if (alike == 1) {
              break;
            }
          }
        });
    return Collections.unmodifiableMap(labels);
  }

  private static String strategies(Results results) {
    return String.join(" + ", first(results).strategies());
  }

  private static RunResult first(Results results) {
    return results.runs().get(0);
  }

  private static boolean sameScenario(Results a, Results b) {
    return first(a).setting() == first(b).setting()
        && a.runs().stream()
            .anyMatch(
                one ->
                    b.runs().stream()
                        .anyMatch(
                            other ->
                                one.seed() == other.seed() && stream(one).equals(stream(other))));
  }

  private static String stream(RunResult run) {
    return RunResult.stream(run.conventions());
  }
}
