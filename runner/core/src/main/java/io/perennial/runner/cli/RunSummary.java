package io.perennial.runner.cli;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Metric;
import io.perennial.runner.report.Report;
import io.perennial.runner.result.Interval;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.RunResult;
import io.perennial.runner.result.Seconds;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** What came out of a run, for people; everything is in the results' files, too. */
final class RunSummary {
  /** A wider matrix does not fit on a terminal. */
  private static final int WIDEST = 12;

  private static final double LEAST_COUNT = 100;

  private final PrintWriter out;

  RunSummary(PrintWriter out) {
    this.out = out;
  }

  void print(Results results, Path directory) {
    List<RunResult> runs = results.runs();
    if (!runs.isEmpty()) {
      warnings(runs.get(0));
      // A run that failed early has nothing to show but its time.
      if (runs.stream().anyMatch(RunSummary::measured)) {
        matrix(runs);
        metrics(results);
      }
      seconds(runs);
    }
    failures(results);
    out.println("Results: " + directory);
    report(directory);
    out.flush();
  }

  /** Where the pictures are, if they could be made. */
  private void report(Path directory) {
    Path report = directory.resolve(Report.FILE);
    if (Files.exists(report)) {
      out.println("Report: " + report.toAbsolutePath().normalize().toUri());
    }
  }

  /** A mean with its standard error, or one of them, or the reason why there is neither. */
  static String value(Metric.Value mean, Metric.Value standardError) {
    if (!mean.present()) {
      return "-";
    }
    return standardError.present()
        ? "%s ± %s".formatted(number(mean.number()), number(standardError.number()))
        : number(mean.number());
  }

  private void warnings(RunResult run) {
    run.warnings().forEach(warning -> out.println("warning: " + warning));
    if (!run.warnings().isEmpty()) {
      out.println();
    }
  }

  /** Each seed whose run failed: the statistics above are without it. */
  private void failures(Results results) {
    int all = results.runs().size() + results.failed().size();
    Map<Long, String> reasons = new LinkedHashMap<>(results.failed());
    for (RunResult run : results.runs()) {
      if (run.status() == RunResult.Status.FAILED) {
        reasons.put(run.seed(), run.failure());
      }
    }
    if (all > 1 && !reasons.isEmpty()) {
      out.println(
          "%d of %d runs failed; means are over the complete ones:".formatted(reasons.size(), all));
      reasons.forEach((seed, reason) -> out.println("  seed " + seed + ": " + reason));
    }
  }

  private void matrix(List<RunResult> runs) {
    List<String> tasks = runs.get(0).accuracy().tasks();
    if (tasks.size() > WIDEST) {
      out.println("The accuracies of %d tasks are in accuracy.csv.".formatted(tasks.size()));
      out.println();
      return;
    }
    out.println(
        "Test accuracy in % on the task of the column after learning the task of the row"
            + (runs.size() > 1 ? ", mean of " + runs.size() + " runs" : ""));
    List<String> headings = new ArrayList<>(List.of(""));
    headings.addAll(tasks);
    TextTable table = new TextTable(headings);
    for (int row = -1; row < tasks.size(); row++) {
      int after = row;
      List<String> cells = new ArrayList<>();
      cells.add(after < 0 ? "(untrained)" : tasks.get(after));
      for (int column = 0; column < tasks.size(); column++) {
        int on = column;
        cells.add(percent(mean(runs, run -> cell(run.accuracy(), after, on))));
      }
      table.row(cells);
    }
    table.print(out);
    out.println();
  }

  private static boolean measured(RunResult run) {
    int tasks = run.accuracy().size();
    return IntStream.range(0, tasks * tasks)
        .anyMatch(cell -> !Double.isNaN(run.accuracy().at(cell / tasks, cell % tasks)));
  }

  private static double cell(AccuracyMatrix accuracy, int after, int on) {
    return after < 0 ? accuracy.untrained(on) : accuracy.at(after, on);
  }

  private void metrics(Results results) {
    RunResult first = results.runs().get(0);
    boolean several = results.runs().size() > 1;
    TextTable table =
        several
            ? new TextTable("metric", "mean ± standard error", "95 % interval", "")
            : new TextTable("metric", "value", "");
    // Metrics that lack the same thing share a line.
    Map<String, String> reasons = new LinkedHashMap<>();
    first
        .metrics()
        .forEach(
            (name, value) -> {
              Metric.Value shown = several ? results.mean().getOrDefault(name, value) : value;
              Metric.Value error =
                  results.standardError().getOrDefault(name, Metric.Value.missing(""));
              String formula = first.formulas().getOrDefault(name, "");
              if (several) {
                table.row(name, value(shown, error), interval(results, name), formula);
              } else {
                table.row(name, value(shown, Metric.Value.missing("")), formula);
              }
              if (!shown.present()) {
                reasons.merge(shown.reason(), name, (some, more) -> some + ", " + more);
              }
            });
    table.print(out);
    reasons.forEach((reason, names) -> out.println(names + ": " + reason));
    out.println();
  }

  private static String interval(Results results, String metric) {
    Interval interval = results.interval95().getOrDefault(metric, Interval.NONE);
    return interval.present()
        ? "%s to %s".formatted(number(interval.low()), number(interval.high()))
        : "";
  }

  private void seconds(List<RunResult> runs) {
    out.println(
        String.format(
            Locale.ROOT,
            "%.2f s: training %.2f, consolidating %.2f, evaluating %.2f (and loading %.2f)",
            sum(runs, Seconds::total),
            sum(runs, Seconds::train),
            sum(runs, Seconds::consolidate),
            sum(runs, Seconds::evaluate),
            sum(runs, Seconds::load)));
  }

  private static double sum(List<RunResult> runs, ToDoubleFunction<Seconds> part) {
    return runs.stream().mapToDouble(run -> part.applyAsDouble(run.seconds())).sum();
  }

  private static double mean(List<RunResult> runs, ToDoubleFunction<RunResult> value) {
    return runs.stream().mapToDouble(value).average().orElse(Double.NaN);
  }

  private static String percent(double fraction) {
    return Double.isNaN(fraction) ? "-" : String.format(Locale.ROOT, "%.1f", 100 * fraction);
  }

  /** Counts, of parameters or bytes, are whole or so large that fractions of them say nothing. */
  private static String number(double value) {
    boolean count = Math.abs(value) >= LEAST_COUNT;
    return String.format(Locale.ROOT, count ? "%.0f" : "%.4f", value);
  }
}
