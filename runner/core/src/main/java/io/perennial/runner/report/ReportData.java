package io.perennial.runner.report;

import io.perennial.api.Metric;
import io.perennial.runner.result.Interval;
import io.perennial.runner.result.RunResult;
import io.perennial.runner.result.Seconds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the charts show, as maps and lists. Entries that learned the same tasks in the same setting
 * form a group, whatever the order: only they can be compared.
 */
final class ReportData {
  /** Of a matrix or of a run's curves: nobody can see more, and the page would grow with T². */
  private static final int MOST_CELLS = 40_000;

  private final List<Entry> entries;
  private final List<String> labels;

  ReportData(List<Entry> entries) {
    this.entries = entries;
    this.labels = Labels.of(entries);
  }

  String label(Entry entry) {
    return labels.get(entries.indexOf(entry));
  }

  /** The entries by what they learned, in the order given. */
  List<List<Entry>> groups() {
    Map<List<Object>, List<Entry>> groups = new LinkedHashMap<>();
    for (Entry entry : entries) {
      List<String> tasks = entry.first().accuracy().tasks().stream().sorted().toList();
      List<Object> key = List.of(entry.first().setting(), tasks);
      groups.computeIfAbsent(key, k -> new ArrayList<>()).add(entry);
    }
    return List.copyOf(groups.values());
  }

  /** The names of the metrics that any of the entries has, in their order. */
  static List<String> metrics(List<Entry> group) {
    return group.stream()
        .flatMap(entry -> entry.results().mean().keySet().stream())
        .distinct()
        .toList();
  }

  /** In how many orders the tasks of a group were learned. */
  static int orders(List<Entry> group) {
    return (int) group.stream().map(entry -> entry.first().accuracy().tasks()).distinct().count();
  }

  static String title(List<Entry> group) {
    RunResult first = group.get(0).first();
    int tasks = first.accuracy().size();
    int orders = orders(group);
    return "%d %s%s, %s"
        .formatted(
            tasks,
            tasks == 1 ? "task" : "tasks",
            orders > 1 ? " in %d orders".formatted(orders) : "",
            first.setting().name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  /** Whose orders are compared: several of one configuration, or all of the same strategies. */
  private static String family(Entry entry) {
    Path directory = entry.directory().toAbsolutePath().normalize();
    Path parent = directory.getParent();
    return Labels.strategies(entry)
        + (EntryReader.isOrder(directory) && parent != null ? " · " + parent.getFileName() : "");
  }

  /** Everything, for {@code charts.js}; no number in it is NaN. */
  Map<String, Object> toMap() {
    List<Object> groups = new ArrayList<>();
    for (List<Entry> group : groups()) {
      List<String> tasks = group.get(0).first().accuracy().tasks();
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("title", title(group));
      map.put("tasks", tasks);
      map.put(
          "metrics",
          metrics(group).stream()
              .map(
                  name ->
                      Map.of(
                          "name",
                          name,
                          "title",
                          Labels.words(name),
                          "formula",
                          formula(group, name)))
              .toList());
      map.put("interval", "whiskers: 95 % interval over seeds");
      map.put("entries", group.stream().map(entry -> entry(entry, tasks)).toList());
      groups.add(map);
    }
    return Map.of("groups", groups);
  }

  static String formula(List<Entry> group, String metric) {
    return group.stream()
        .map(entry -> entry.first().formulas().getOrDefault(metric, ""))
        .filter(formula -> !formula.isEmpty())
        .findFirst()
        .orElse("");
  }

  /**
   * One of a group.
   *
   * @param order the group's tasks; its own are told if they came in another order
   */
  private Map<String, Object> entry(Entry entry, List<String> order) {
    List<RunResult> runs = entry.results().runs();
    int tasks = order.size();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("label", label(entry));
    map.put("family", family(entry));
    if (!entry.first().accuracy().tasks().equals(order)) {
      map.put("tasks", entry.first().accuracy().tasks());
    }
    map.put("seeds", runs.size());
    List<Object> matrix = new ArrayList<>();
    for (int row = 0; row < tasks && tasks * tasks <= MOST_CELLS; row++) {
      matrix.add(numbers(Curves.row(runs, row)));
    }
    map.put("matrix", matrix);
    map.put("untrained", numbers(Curves.row(runs, -1)));
    map.put("curves", curves(Curves.of(runs)));
    Map<String, Object> metrics = new LinkedHashMap<>();
    entry.results().mean().forEach((name, mean) -> metrics.put(name, metric(entry, name, mean)));
    map.put("metrics", metrics);
    map.put("parameters", parameters(runs));
    map.put("seconds", seconds(runs));
    map.put("pictures", entry.artefacts().stream().map(ReportData::picture).toList());
    return map;
  }

  /** The value with its interval, or the reason why there is none. */
  private static Map<String, Object> metric(Entry entry, String name, Metric.Value mean) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (mean.present()) {
      map.put("value", mean.number());
      put(map, entry.results().interval95().getOrDefault(name, Interval.NONE));
    } else {
      map.put("reason", mean.reason());
    }
    return map;
  }

  private static Map<String, Object> curves(Curves curves) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("positions", rounded(curves.positions()));
    double[][] accuracy = curves.accuracy();
    boolean small = accuracy.length == 0 || accuracy.length * accuracy[0].length <= MOST_CELLS;
    map.put(
        "accuracy", small ? Arrays.stream(accuracy).map(ReportData::rounded).toList() : List.of());
    map.put("seen", rounded(curves.seen()));
    return map;
  }

  /** After each task, of the run that got furthest; with one seed or many they are the same. */
  private static List<Long> parameters(List<RunResult> runs) {
    List<Long> longest = List.of();
    for (RunResult run : runs) {
      longest = run.parameters().size() > longest.size() ? run.parameters() : longest;
    }
    return longest;
  }

  /** Over the complete runs; over all of them if none is. */
  private static Map<String, Object> seconds(List<RunResult> runs) {
    List<RunResult> complete =
        runs.stream().filter(run -> run.status() == RunResult.Status.COMPLETE).toList();
    List<RunResult> counted = complete.isEmpty() ? runs : complete;
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("load", seconds(counted, Seconds::load));
    map.put("train", seconds(counted, Seconds::train));
    map.put("consolidate", seconds(counted, Seconds::consolidate));
    map.put("evaluate", seconds(counted, Seconds::evaluate));
    map.put("all", seconds(counted, seconds -> seconds.load() + seconds.total()));
    return map;
  }

  private static Map<String, Object> seconds(List<RunResult> runs, ToDoubleFunction<Seconds> part) {
    double[] values = runs.stream().mapToDouble(run -> part.applyAsDouble(run.seconds())).toArray();
    double mean = Arrays.stream(values).average().orElse(0);
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("value", Double.isFinite(mean) ? mean : 0);
    put(map, Interval.of(values));
    return map;
  }

  private static void put(Map<String, Object> map, Interval interval) {
    if (interval.present()) {
      map.put("low", interval.low());
      map.put("high", interval.high());
    }
  }

  private static Map<String, Object> picture(Picture picture) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("source", picture.source());
    map.put("title", picture.title());
    if (picture instanceof Picture.Table table) {
      map.put("columns", table.columns());
      map.put("rows", table.rows());
      map.put("total", table.total());
    } else if (picture instanceof Picture.Matrix matrix) {
      map.put("rowNames", matrix.rows());
      map.put("columnNames", matrix.columns());
      map.put("values", Arrays.stream(matrix.values()).map(ReportData::numbers).toList());
    } else if (picture instanceof Picture.Image image) {
      map.put("src", "data:image/png;base64," + Base64.getEncoder().encodeToString(image.png()));
    }
    return map;
  }

  private static List<@Nullable Double> numbers(double[] values) {
    List<@Nullable Double> list = new ArrayList<>(values.length);
    for (double value : values) {
      list.add(Double.isFinite(value) ? value : null);
    }
    return list;
  }

  /** To five decimals: a pixel is coarser, and curves are most of a large report. */
  private static List<@Nullable Double> rounded(double[] values) {
    return numbers(
        Arrays.stream(values).map(v -> Double.isNaN(v) ? v : Math.rint(v * 1e5) / 1e5).toArray());
  }
}
