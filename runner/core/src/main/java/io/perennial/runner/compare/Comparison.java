package io.perennial.runner.compare;

import io.perennial.api.InputException;
import io.perennial.runner.config.FlatSettings;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.ResultsReader;
import io.perennial.runner.result.ResultsWriter;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Results of several directories, of one scenario or several. Runs are paired where they had the
 * same seed, the same stream of tasks and the same setting, and nowhere else.
 */
public final class Comparison {
  private final List<List<Contestant>> scenarios = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private Comparison() {}

  /**
   * Reads them.
   *
   * @throws InputException with everything that is wrong with any of them
   */
  public static Comparison of(List<Path> directories) {
    List<String> problems = new ArrayList<>();
    Map<Path, Results> read = new LinkedHashMap<>();
    Set<Path> seen = new LinkedHashSet<>();
    for (Path directory : directories) {
      if (!seen.add(directory.toAbsolutePath().normalize())) {
        problems.add("%s is given twice. Name each directory once.".formatted(directory));
        continue;
      }
      try {
        Results results = new ResultsReader().readAll(directory);
        requireRuns(directory, results);
        read.put(directory, results);
      } catch (InputException e) {
        problems.addAll(e.problems());
      }
    }
    if (!problems.isEmpty()) {
      throw new InputException(problems);
    }
    Comparison comparison = new Comparison();
    comparison.add(read);
    return comparison;
  }

  private static void requireRuns(Path directory, Results results) {
    if (complete(results).isEmpty()) {
      throw new InputException(
          "%s has no complete run to compare%s. Run it again, or go on with --resume."
              .formatted(directory, reason(results)));
    }
    Set<String> keys = new LinkedHashSet<>();
    for (RunResult run : complete(results)) {
      String scenario = RunResult.stream(run.conventions());
      if (scenario.isEmpty()) {
        throw new InputException(
            "%s: conventions.%s of seed %d is missing: nobody knows which tasks it saw. The file was made by an earlier version or edited by hand; run it again."
                .formatted(directory, RunResult.SCENARIO, run.seed()));
      }
      if (!keys.add(run.seed() + scenario)) {
        throw new InputException(
            "%s has two runs with seed %d on the same tasks. Its files were copied or edited by hand."
                .formatted(directory, run.seed()));
      }
    }
  }

  private static String reason(Results results) {
    return results.runs().stream()
        .map(RunResult::failure)
        .filter(failure -> !failure.isEmpty())
        .findFirst()
        .map(failure -> ": " + failure.replaceFirst("\\.$", ""))
        .orElse("");
  }

  private static List<RunResult> complete(Results results) {
    return results.runs().stream()
        .filter(run -> run.status() == RunResult.Status.COMPLETE)
        .toList();
  }

  private void add(Map<Path, Results> read) {
    Map<Path, Map<String, String>> settings = new LinkedHashMap<>();
    read.keySet().forEach(directory -> settings.put(directory, settings(directory)));
    Map<Path, String> labels = Labels.of(read, settings);
    read.forEach(
        (directory, results) -> {
          String label = labels.getOrDefault(directory, directory.toString());
          tellOfOthers(label, results);
          place(
              Contestant.of(label, settings.getOrDefault(directory, Map.of()), complete(results)));
        });
    for (int s = 0; s < scenarios.size(); s++) {
      scenarios.set(s, withIntransigence(scenarios.get(s)));
    }
    for (List<Contestant> scenario : scenarios) {
      if (scenario.size() == 1 && read.size() > 1) {
        notes.add(alone(scenario.get(0)));
      }
    }
  }

  /** None if they are not there or were damaged: then they are not compared. */
  private Map<String, String> settings(Path directory) {
    Path file = directory.resolve(ResultsWriter.CONFIGURATION);
    Map<String, String> settings = Map.of();
    try {
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        settings = FlatSettings.parse(Files.readString(file));
      }
    } catch (IOException e) {
      // Said below, as if it were not there.
    }
    if (settings.isEmpty()) {
      notes.add(
          "%s has no readable %s: its settings are not compared."
              .formatted(directory, ResultsWriter.CONFIGURATION));
    }
    return settings;
  }

  /** Statistics are over complete runs; what is left out is said. */
  private void tellOfOthers(String label, Results results) {
    results.failed().forEach((seed, why) -> notes.add(leftOut(label, seed, "failed: " + why)));
    for (RunResult run : results.runs()) {
      if (run.status() == RunResult.Status.FAILED) {
        notes.add(leftOut(label, run.seed(), "failed: " + run.failure()));
      } else if (run.status() == RunResult.Status.RUNNING) {
        notes.add(leftOut(label, run.seed(), "has not ended"));
      }
    }
  }

  private static String leftOut(String label, long seed, String why) {
    return "%s: seed %d %s; it is left out.".formatted(label, seed, why);
  }

  private void place(Contestant contestant) {
    for (List<Contestant> scenario : scenarios) {
      if (scenario.stream().anyMatch(contestant::shares)) {
        scenario.add(contestant);
        return;
      }
    }
    scenarios.add(new ArrayList<>(List.of(contestant)));
  }

  private static List<Contestant> withIntransigence(List<Contestant> scenario) {
    return scenario.stream()
        .filter(Contestant::isJoint)
        .findFirst()
        .map(
            joint ->
                scenario.stream().map(one -> one.isJoint() ? one : one.against(joint)).toList())
        .orElse(scenario);
  }

  /** Why it cannot be paired with any other. */
  private String alone(Contestant one) {
    boolean alike =
        scenarios.stream()
            .flatMap(List::stream)
            .anyMatch(
                other ->
                    !other.label().equals(one.label())
                        && other.setting() == one.setting()
                        && other.tasks().size() == one.tasks().size());
    return one.label()
        + " is compared with none: "
        + (alike
            ? "no other directory saw the same tasks with the same seed. Runs are paired by"
                + " seed; run them with the same seeds on the same scenario."
            : "no other directory is of its scenario and setting.");
  }

  /** The scenarios, each with those who learned it. */
  List<List<Contestant>> scenarios() {
    return List.copyOf(scenarios);
  }

  /**
   * The tables.
   *
   * @param metrics to test; the first one ranks
   * @throws InputException if no run has one of them
   */
  public List<Section> sections(List<String> metrics) {
    Set<String> known = new LinkedHashSet<>();
    scenarios.forEach(scenario -> scenario.forEach(one -> known.addAll(one.metrics())));
    List<String> problems = new ArrayList<>();
    for (String metric : metrics) {
      if (!known.contains(metric)) {
        problems.add(
            "No run has the metric '%s'. There are: %s."
                .formatted(metric, String.join(", ", known)));
      }
    }
    if (!problems.isEmpty()) {
      throw new InputException(problems);
    }
    List<Section> sections = new ArrayList<>();
    for (int s = 0; s < scenarios.size(); s++) {
      sections.addAll(new ScenarioTables(s + 1, scenarios.get(s)).sections(metrics));
    }
    new RankingTable(scenarios).section(metrics.get(0)).ifPresent(sections::add);
    if (!notes.isEmpty()) {
      Section last = sections.remove(sections.size() - 1);
      List<String> all = new ArrayList<>(last.notes());
      all.addAll(notes);
      sections.add(new Section(last.title(), last.columns(), last.rows(), all));
    }
    return sections;
  }
}
