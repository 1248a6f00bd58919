package io.perennial.runner.compare;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Strategies ranked over the scenarios that all of them learned. */
final class RankingTable {
  /** Metrics that are better when they are lower; all others are taken to be better when higher. */
  private static final Set<String> LOWER_IS_BETTER =
      Set.of(
          "forgetting",
          "intransigence",
          "calibrationError",
          "finalParameters",
          "parameterGrowth",
          "multiplyAccumulates",
          "strategyBytes");

  /** As many scenarios and strategies as Friedman's approximation wants at least. */
  private static final int ENOUGH_SCENARIOS = 10;

  private final List<List<Contestant>> scenarios;

  RankingTable(List<List<Contestant>> scenarios) {
    this.scenarios = scenarios.stream().filter(scenario -> scenario.size() > 1).toList();
  }

  Optional<Section> section(String metric) {
    List<String> labels = everywhere();
    if (scenarios.size() < 2 || labels.size() < 2) {
      return Optional.empty();
    }
    boolean lower = LOWER_IS_BETTER.contains(metric);
    double[][] values = new double[scenarios.size()][];
    for (int s = 0; s < values.length; s++) {
      values[s] = means(scenarios.get(s), labels, metric);
      for (int j = 0; j < values[s].length; j++) {
        if (Double.isNaN(values[s][j])) {
          return Optional.empty();
        }
        values[s][j] = lower ? -values[s][j] : values[s][j];
      }
    }
    Ranking ranking = Ranking.of(values);
    return Optional.of(
        new Section(
            "Ranks over %d scenarios by %s, %s first"
                .formatted(values.length, metric, lower ? "lowest" : "highest"),
            List.of("first", "rank", "second", "rank", "p, Holm"),
            rows(labels, ranking),
            notes(labels, ranking, retuned(labels))));
  }

  /** Those that learned every scenario. */
  private List<String> everywhere() {
    Set<String> labels = new LinkedHashSet<>();
    for (int s = 0; s < scenarios.size(); s++) {
      List<String> own = scenarios.get(s).stream().map(Contestant::label).toList();
      if (s == 0) {
        labels.addAll(own);
      } else {
        labels.retainAll(own);
      }
    }
    return List.copyOf(labels);
  }

  /** Over the seeds that all of them share; NaN without any. */
  private static double[] means(List<Contestant> scenario, List<String> labels, String metric) {
    List<Contestant> ranked =
        labels.stream()
            .map(
                label ->
                    scenario.stream()
                        .filter(one -> one.label().equals(label))
                        .findFirst()
                        .orElse(null))
            .filter(Objects::nonNull)
            .toList();
    List<String> shared = new ArrayList<>(ranked.get(0).keys(metric));
    ranked.forEach(one -> shared.retainAll(one.keys(metric)));
    return ranked.stream()
        .mapToDouble(
            one ->
                IntStream.range(0, shared.size())
                    .mapToDouble(i -> one.value(shared.get(i), metric))
                    .average()
                    .orElse(Double.NaN))
        .toArray();
  }

  private static List<List<Object>> rows(List<String> labels, Ranking ranking) {
    List<int[]> pairs = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      for (int j = i + 1; j < labels.size(); j++) {
        boolean better = ranking.ranks()[i] <= ranking.ranks()[j];
        pairs.add(better ? new int[] {i, j} : new int[] {j, i});
      }
    }
    double[] corrected =
        Holm.correct(
            pairs.stream().mapToDouble(pair -> ranking.probability(pair[0], pair[1])).toArray());
    List<List<Object>> rows = new ArrayList<>();
    for (int p = 0; p < corrected.length; p++) {
      int[] pair = pairs.get(p);
      rows.add(
          List.of(
              labels.get(pair[0]),
              ranking.ranks()[pair[0]],
              labels.get(pair[1]),
              ranking.ranks()[pair[1]],
              corrected[p]));
    }
    return rows;
  }

  /** Strategies that were set otherwise in another scenario, under the same name. */
  private List<String> retuned(List<String> labels) {
    List<String> notes = new ArrayList<>();
    for (String label : labels) {
      List<Contestant> same =
          scenarios.stream()
              .flatMap(List::stream)
              .filter(one -> one.label().equals(label) && !one.settings().isEmpty())
              .toList();
      for (String key : Settings.differing(same.stream().map(Contestant::settings).toList())) {
        if (Settings.isStrategys(key)) {
          notes.add(
              "%s was not set alike in all scenarios: %s is %s."
                  .formatted(
                      label,
                      Settings.brief(key, same.get(0).strategies()),
                      same.stream()
                          .map(one -> one.settings().getOrDefault(key, "not set"))
                          .collect(Collectors.joining(", "))));
        }
      }
    }
    return notes;
  }

  private static List<String> notes(List<String> labels, Ranking ranking, List<String> retuned) {
    List<String> notes = new ArrayList<>(retuned);
    notes.add(
        String.format(
            Locale.ROOT,
            "Friedman: χ² = %.4f, Iman and Davenport's F = %.4f, p = %.3g: the strategies %s.",
            ranking.chiSquare(),
            ranking.statistic(),
            ranking.probability(),
            ranking.probability() <= ScenarioTables.ALPHA ? "differ" : "are not told apart"));
    if (Double.isNaN(ranking.criticalDifference())) {
      notes.add("Nemenyi's critical difference is tabulated for at most 20 strategies.");
    } else {
      String groups =
          ranking.groups().stream()
              .map(group -> group.stream().map(labels::get).collect(Collectors.joining(", ")))
              .collect(Collectors.joining("; "));
      notes.add(
          String.format(
              Locale.ROOT,
              "Critical difference of mean ranks (Nemenyi, 0.05): %.4f. Not told apart: %s.",
              ranking.criticalDifference(),
              groups.isEmpty() ? "none" : groups));
    }
    if (ranking.scenarios() < ENOUGH_SCENARIOS) {
      notes.add(
          "%d scenarios are few: these tests want %d or more, and miss differences that are there."
              .formatted(ranking.scenarios(), ENOUGH_SCENARIOS));
    }
    return notes;
  }
}
