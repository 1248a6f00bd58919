package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.result.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How much the order of tasks matters on a stream of clearly different difficulty and relatedness,
 * and where the heuristics stand between the best and the worst. The best order is chosen on other
 * seeds than those that it is tested with. Needs MNIST: {@code -Dperennial.mnist=DIR}. The table
 * goes to target/task-order-study.md; docs/results.md shows it.
 */
@Tag("slow")
class TaskOrderStudyTest {
  private static final int TASKS = 5;
  private static final List<Long> CHOOSING = List.of(101L, 102L);
  private static final List<Long> TESTING = LongStream.rangeClosed(1, 10).boxed().toList();

  /** Student's t with 9 degrees of freedom: one-sided, p = 0.001. */
  private static final double CRITICAL = 4.297;

  @TempDir Path directory;
  private int runs;

  private double[] accuracies(Perennial perennial, String order, List<Long> seeds) {
    String yaml =
        """
        name: order study
        pipeline: knowledge-retention
        seeds: %s
        scenario:
          type: sequence
          scenarios:
            - {type: permuted, dataset: {type: digits}, tasks: 2}
            - {type: noisy, dataset: {type: digits}, levels: [0.5]}
            - {type: noisy, dataset: {type: idx, path: '%s'}, levels: [0, 0.6]}
          size: [8, 8]
        order: %s
        model: {type: mlp, hidden: [100]}
        training: {iterations: 225, batchSize: 32, optimizer: {type: sgd, learningRate: 0.1}}
        evaluate: final
        """
            .formatted(seeds, Mnist.directory(), order);
    RunOptions options = RunOptions.into(directory.resolve(Integer.toString(runs++)));
    return perennial.run(perennial.parse(yaml), options).runs().stream()
        .mapToDouble(run -> Results.of(List.of(run)).mean("averageAccuracy"))
        .toArray();
  }

  @Test
  void theBestOrderBeatsItsReverse() throws IOException {
    try (Perennial perennial = Perennial.start(2)) {
      Map<List<Integer>, Double> chosen = new LinkedHashMap<>();
      for (List<Integer> order : permutations(TASKS)) {
        chosen.put(order, mean(accuracies(perennial, given(order), CHOOSING)));
      }
      List<Integer> best =
          Collections.max(chosen.entrySet(), Map.Entry.comparingByValue()).getKey();
      List<Integer> reverse = new ArrayList<>(best);
      Collections.reverse(reverse);

      Map<String, double[]> tested = new LinkedHashMap<>();
      tested.put("best " + best, accuracies(perennial, given(best), TESTING));
      tested.put("its reverse " + reverse, accuracies(perennial, given(reverse), TESTING));
      for (String heuristic :
          List.of(
              "given", "random", "easy-first", "hard-first", "related-first", "transfer-greedy")) {
        tested.put(heuristic, accuracies(perennial, "{type: " + heuristic + "}", TESTING));
      }
      double[] sorted = chosen.values().stream().mapToDouble(a -> a).sorted().toArray();
      List<String> lines = new ArrayList<>();
      lines.add(
          "%d orders, 2 other seeds: worst %.3f, median %.3f, best %.3f"
              .formatted(
                  sorted.length, sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]));
      lines.add("| order | average accuracy, 10 seeds | t against the reverse |");
      lines.add("|---|---|---|");
      double[] better = values(tested, "best ");
      double[] worse = values(tested, "its reverse ");
      tested.entrySet().stream()
          .sorted(Comparator.comparingDouble(entry -> -mean(entry.getValue())))
          .map(
              entry ->
                  "| %s | %.3f | %.1f |"
                      .formatted(
                          entry.getKey(), mean(entry.getValue()), pairedT(entry.getValue(), worse)))
          .forEach(lines::add);
      Files.write(Path.of("target/task-order-study.md"), lines);
      assertThat(pairedT(better, worse)).isGreaterThan(CRITICAL);
    }
  }

  private static double[] values(Map<String, double[]> tested, String start) {
    return tested.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(start))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  private static String given(List<Integer> order) {
    return "{type: given, tasks: " + order + "}";
  }

  private static double mean(double[] values) {
    return DoubleStream.of(values).average().orElseThrow();
  }

  /** The mean of the differences over its standard error. */
  private static double pairedT(double[] a, double[] b) {
    double[] differences = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      differences[i] = a[i] - b[i];
    }
    double mean = mean(differences);
    double squares = DoubleStream.of(differences).map(d -> (d - mean) * (d - mean)).sum();
    return mean / Math.sqrt(squares / (a.length - 1) / a.length);
  }

  private static List<List<Integer>> permutations(int n) {
    List<List<Integer>> all = List.of(List.of());
    for (int next = 0; next < n; next++) {
      List<List<Integer>> longer = new ArrayList<>();
      for (List<Integer> shorter : all) {
        for (int at = 0; at <= shorter.size(); at++) {
          List<Integer> order = new ArrayList<>(shorter);
          order.add(at, next);
          longer.add(order);
        }
      }
      all = longer;
    }
    return all;
  }
}
