package io.perennial.gate;

import io.perennial.api.Artefact;
import io.perennial.api.State;
import java.util.ArrayList;
import java.util.List;

/** How the gates routed the rows they were measured on since the last task was learned. */
final class Routing {
  private final List<String> names = new ArrayList<>();
  private long[][] chosen = {};
  private double[] confidence = {};

  /** There is one more task. */
  void begin(String task) {
    names.add(task);
    clear();
  }

  /** Starts to count again. */
  void clear() {
    int tasks = names.size();
    chosen = new long[tasks][tasks];
    confidence = new double[tasks];
  }

  void count(int task, int expert, double probability) {
    if (task >= 0 && task < chosen.length && expert < chosen.length) {
      chosen[task][expert]++;
      confidence[task] += probability;
    }
  }

  Artefact.Matrix relatedness(List<double[]> related) {
    double[][] values = new double[names.size()][names.size()];
    for (int k = 0; k < values.length; k++) {
      for (int a = 0; a < values.length; a++) {
        values[k][a] = a < k ? related.get(k)[a] : a == k ? 1 : Double.NaN;
      }
    }
    return new Artefact.Matrix(
        "relatedness",
        "How related each task (row) is to those before it, from the gates' errors on its data",
        List.copyOf(names),
        List.copyOf(names),
        values);
  }

  Artefact.Table decisions(List<double[]> related, double threshold) {
    List<List<Object>> rows = new ArrayList<>();
    for (int k = 0; k < names.size(); k++) {
      int nearest = 0;
      double[] rel = related.get(k);
      for (int a = 1; a < rel.length; a++) {
        nearest = rel[a] > rel[nearest] ? a : nearest;
      }
      if (rel.length == 0) {
        rows.add(List.of(names.get(k), "", "", "first expert"));
      } else {
        String branch = rel[nearest] >= threshold ? "learning without forgetting" : "fine-tuning";
        rows.add(List.of(names.get(k), names.get(nearest), rel[nearest], branch));
      }
    }
    return new Artefact.Table(
        "decisions",
        "From which expert each new one started, and how",
        List.of("task", "most related", "relatedness", "branch"),
        rows);
  }

  Artefact.Matrix confusion() {
    double[][] shares = new double[names.size()][names.size()];
    for (int t = 0; t < shares.length; t++) {
      long rows = rows(t);
      for (int e = 0; e < shares.length; e++) {
        shares[t][e] = rows == 0 ? Double.NaN : (double) chosen[t][e] / rows;
      }
    }
    return new Artefact.Matrix(
        "gate-confusion",
        "The share of each task's test examples (row) that the gates sent to each expert",
        List.copyOf(names),
        List.copyOf(names),
        shares);
  }

  Artefact.Table accuracy() {
    List<List<Object>> rows = new ArrayList<>();
    for (int t = 0; t < names.size(); t++) {
      long count = rows(t);
      if (count > 0) {
        rows.add(
            List.of(names.get(t), count, (double) chosen[t][t] / count, confidence[t] / count));
      }
    }
    return new Artefact.Table(
        "gate-accuracy",
        "How many test examples went to their own task's expert, and how sure the gates were",
        List.of("task", "examples", "routed right", "mean confidence"),
        rows);
  }

  private long rows(int task) {
    long sum = 0;
    for (long count : chosen[task]) {
      sum += count;
    }
    return sum;
  }

  State save() {
    List<List<Long>> counts = new ArrayList<>();
    List<Double> sums = new ArrayList<>();
    for (int t = 0; t < chosen.length; t++) {
      List<Long> row = new ArrayList<>();
      for (long count : chosen[t]) {
        row.add(count);
      }
      counts.add(row);
      sums.add(confidence[t]);
    }
    return State.builder()
        .value("names", List.copyOf(names))
        .value("chosen", counts)
        .value("confidence", sums)
        .build();
  }

  void restore(State state) {
    names.clear();
    for (Object name : list(state, "names")) {
      begin(name.toString());
    }
    for (int t = 0; t < chosen.length; t++) {
      confidence[t] = ((Number) list(state, "confidence").get(t)).doubleValue();
      List<?> row = (List<?>) list(state, "chosen").get(t);
      for (int e = 0; e < chosen.length; e++) {
        chosen[t][e] = ((Number) row.get(e)).longValue();
      }
    }
  }

  private static List<?> list(State state, String name) {
    return (List<?>) state.values().getOrDefault(name, List.of());
  }
}
