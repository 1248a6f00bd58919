package io.perennial.runner.compare;

import io.perennial.api.Metric;
import io.perennial.runner.result.Interval;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.RunResult;
import io.perennial.runner.result.Seconds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The tables of one scenario: what each strategy reached, what it cost, and who differs. */
final class ScenarioTables {
  static final double ALPHA = 0.05;

  private final String scenario;
  private final List<Contestant> contestants;

  ScenarioTables(int number, List<Contestant> contestants) {
    this.contestants = contestants;
    Contestant first = contestants.get(0);
    this.scenario =
        "Scenario %d (%s, %d tasks: %s%s)"
            .formatted(
                number,
                first.setting().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                first.tasks().size(),
                String.join(", ", first.tasks().subList(0, Math.min(3, first.tasks().size()))),
                first.tasks().size() > 3 ? ", …" : "");
  }

  List<Section> sections(List<String> metrics) {
    List<Section> sections = new ArrayList<>();
    sections.add(means(metrics));
    sections.add(costs());
    settings().ifPresent(sections::add);
    if (contestants.size() > 1) {
      metrics.forEach(metric -> sections.add(tests(metric)));
    }
    return sections;
  }

  private Section means(List<String> metrics) {
    List<List<Object>> rows = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (String metric : metrics) {
      String formula = "";
      for (Contestant one : contestants) {
        Results results = Results.of(List.copyOf(one.runs().values()));
        Metric.Value mean = results.mean().getOrDefault(metric, Metric.Value.missing("absent"));
        Metric.Value error =
            results.standardError().getOrDefault(metric, Metric.Value.missing("absent"));
        Interval interval = results.interval95().getOrDefault(metric, Interval.NONE);
        rows.add(
            List.of(
                one.label(),
                metric,
                one.keys(metric).size(),
                mean.number(),
                error.number(),
                interval.low(),
                interval.high()));
        if (!mean.present()) {
          notes.add("%s has no %s: %s.".formatted(one.label(), metric, mean.reason()));
        }
        for (RunResult run : one.runs().values()) {
          formula = run.formulas().getOrDefault(metric, formula);
        }
      }
      notes.add(0, metric + ": " + formula);
    }
    return new Section(
        scenario + ": means over seeds",
        List.of("strategy", "metric", "seeds", "mean", "standard error", "95 % low", "95 % high"),
        rows,
        notes);
  }

  private Section costs() {
    List<List<Object>> rows = new ArrayList<>();
    for (Contestant one : contestants) {
      rows.add(
          List.of(
              one.label(),
              one.mean(run -> last(run.parameters())),
              one.mean(run -> metric(run, "strategyBytes")),
              one.mean(run -> metric(run, "multiplyAccumulates")),
              one.seconds(Seconds::train),
              one.seconds(Seconds::consolidate),
              one.seconds(Seconds::evaluate),
              one.seconds(Seconds::cpu)));
    }
    return new Section(
        scenario + ": costs, means over seeds",
        List.of(
            "strategy",
            "parameters",
            "strategy bytes",
            "multiply-accumulates",
            "train s",
            "consolidate s",
            "evaluate s",
            "processor s"),
        rows,
        List.of());
  }

  /** What else differs than the strategies themselves: nobody should take it for their effect. */
  private Optional<Section> settings() {
    List<Contestant> known = contestants.stream().filter(one -> !one.settings().isEmpty()).toList();
    List<List<Object>> rows = new ArrayList<>();
    for (String key : Settings.differing(known.stream().map(Contestant::settings).toList())) {
      if (isTold(key, known)) {
        List<Object> row = new ArrayList<>(List.of(key));
        known.forEach(one -> row.add(one.settings().getOrDefault(key, "-")));
        rows.add(row);
      }
    }
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    List<String> columns = new ArrayList<>(List.of("setting"));
    known.forEach(one -> columns.add(one.label()));
    return Optional.of(
        new Section(
            scenario + ": settings that differ",
            columns,
            rows,
            List.of("Differences between these may be those of the settings.")));
  }

  /** Strategies have settings of their own; among those of one kind they are told. */
  private static boolean isTold(String key, List<Contestant> known) {
    if (!key.startsWith("strategies[") && !key.equals("pipeline")) {
      return true;
    }
    Map<List<String>, List<Map<String, String>>> kinds = new LinkedHashMap<>();
    known.forEach(
        one -> kinds.computeIfAbsent(one.strategies(), k -> new ArrayList<>()).add(one.settings()));
    return kinds.values().stream().anyMatch(kind -> Settings.differing(kind).contains(key));
  }

  private static double last(List<Long> counts) {
    return counts.isEmpty() ? Double.NaN : counts.get(counts.size() - 1);
  }

  private static double metric(RunResult run, String name) {
    Metric.Value value = run.metrics().get(name);
    return value == null ? Double.NaN : value.number();
  }

  private Section tests(String metric) {
    List<String> firsts = new ArrayList<>();
    List<String> seconds = new ArrayList<>();
    List<PairedTest> tests = new ArrayList<>();
    for (int i = 0; i < contestants.size(); i++) {
      for (Contestant second : contestants.subList(i + 1, contestants.size())) {
        Contestant first = contestants.get(i);
        List<String> shared = new ArrayList<>(first.keys(metric));
        shared.retainAll(second.keys(metric));
        firsts.add(first.label());
        seconds.add(second.label());
        tests.add(PairedTest.of(first.values(shared, metric), second.values(shared, metric)));
      }
    }
    double[] t = Holm.correct(tests.stream().mapToDouble(PairedTest::t).toArray());
    double[] wilcoxon = Holm.correct(tests.stream().mapToDouble(PairedTest::wilcoxon).toArray());
    List<List<Object>> rows = new ArrayList<>();
    for (int i = 0; i < tests.size(); i++) {
      PairedTest test = tests.get(i);
      rows.add(
          List.of(
              firsts.get(i),
              seconds.get(i),
              test.pairs(),
              test.difference(),
              test.interval95().low(),
              test.interval95().high(),
              t[i],
              wilcoxon[i],
              test.effect(),
              test.effect95().low(),
              test.effect95().high(),
              verdict(test, t[i], wilcoxon[i])));
    }
    return new Section(
        scenario + ": paired differences of " + metric + " over seeds",
        List.of(
            "first",
            "second",
            "pairs",
            "difference",
            "95 % low",
            "95 % high",
            "p t-test",
            "p Wilcoxon",
            "effect d_z",
            "d_z low",
            "d_z high",
            "verdict"),
        rows,
        notes(tests));
  }

  private static String verdict(PairedTest test, double t, double wilcoxon) {
    String side = test.difference() > 0 ? "first is higher" : "second is higher";
    if (test.pairs() == 0) {
      return "no seed in common";
    }
    if (test.pairs() == 1) {
      return "one seed: no test";
    }
    if (Double.isNaN(t)) {
      return "always the same difference: no t-test";
    }
    if (wilcoxon <= ALPHA) {
      return t <= ALPHA ? side : side + ", by Wilcoxon's test alone";
    }
    return t <= ALPHA ? side + ", if differences are normal" : "not told apart";
  }

  private static List<String> notes(List<PairedTest> tests) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "Two-sided p-values after Holm's correction for %d comparison%s; differences are first minus second."
            .formatted(tests.size(), tests.size() == 1 ? "" : "s"));
    int fewest = tests.stream().mapToInt(PairedTest::pairs).min().orElse(0);
    int needed = PairedTest.pairsForWilcoxon(ALPHA, tests.size());
    if (fewest < needed) {
      notes.add(
          "Too few seeds for Wilcoxon's test: with %d it cannot fall below p = %s after correction, however large the difference; it takes %d. The t-test assumes that differences are about normal, which so few cannot show."
              .formatted(
                  fewest,
                  String.format(
                      Locale.ROOT,
                      "%.3g",
                      Math.min(1, PairedTest.lowestWilcoxon(fewest) * tests.size())),
                  needed));
    }
    return notes;
  }
}
