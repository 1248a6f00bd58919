package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Split MNIST in the protocol of <a href="https://arxiv.org/abs/1809.10635">arXiv 1809.10635</a>,
 * from the files in {@code examples/}: every strategy in every setting that it supports, beside the
 * published numbers. Runs stay in {@code target/study}; interrupted, the study goes on where it
 * was. The tables go to {@code target/study/*.md}; docs/results.md shows them.
 *
 * <p>Needs the MNIST files: {@code -Dperennial.mnist=DIR}.
 */
@Tag("slow")
class SplitMnistStudyTest {
  private static final Path EXAMPLES = Path.of("../../examples");
  private static final Path STUDY = Path.of("target/study");
  private static final List<String> SETTINGS =
      List.of("task-incremental", "domain-incremental", "class-incremental");
  private static final List<Double> LAMBDAS = List.of(1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9);

  /** Per cent, tables 3 and 4 of the paper, in the order of the settings. */
  private static final Map<String, double[]> PUBLISHED =
      Map.of(
          "naive", new double[] {85.15, 57.33, 19.90},
          "joint", new double[] {99.64, 98.41, 97.93},
          "generative-replay", new double[] {99.47, 95.74, 91.24});

  private static final Map<String, Double> PUBLISHED_PERMUTED =
      Map.of("naive", 78.51, "joint", 97.59, "ewc", 94.31, "generative-replay", 95.09);

  private final Map<String, Results> done = new LinkedHashMap<>();
  private final SoftAssertions soft = new SoftAssertions();

  private static Results run(
      Perennial perennial, String directory, String example, List<String> overrides) {
    List<String> all = new ArrayList<>(overrides);
    all.add("scenario.dataset.path=" + Mnist.directory());
    Path out = STUDY.resolve(directory);
    RunConfiguration configuration =
        perennial.read(EXAMPLES.resolve(example + ".yaml"), List.copyOf(all));
    return perennial.run(configuration, new RunOptions(out, Files.exists(out), List.of()));
  }

  /** The λ that does best on validation examples of the first two tasks, on a seed of its own. */
  private static String chooseLambda(
      Perennial perennial, String example, List<String> overrides, String name, List<Double> from)
      throws IOException {
    List<String> lines = new ArrayList<>();
    double best = -1;
    String chosen = "";
    for (double lambda : from) {
      List<String> all = new ArrayList<>(overrides);
      all.addAll(
          List.of(
              "seed=101",
              "firstTasks=2",
              "measureOn=validation",
              "scenario.validation=0.1",
              "strategies.0.lambda=" + lambda));
      double accuracy =
          run(perennial, "lambda/%s-%.0e".formatted(name, lambda), example, all)
              .mean("averageAccuracy");
      lines.add("| %s | %.0e | %.2f |".formatted(name, lambda, 100 * accuracy));
      if (accuracy > best) {
        best = accuracy;
        chosen = Double.toString(lambda);
      }
    }
    Files.write(STUDY.resolve("lambda-" + name + ".md"), lines);
    return chosen;
  }

  private void row(
      Perennial perennial, String strategy, String setting, List<String> more, boolean everySeed) {
    List<String> overrides = new ArrayList<>(more);
    overrides.add("scenario.setting=" + setting);
    if (everySeed) {
      overrides.add("seeds=[1, 2, 3]");
    }
    String key = strategy + " " + setting;
    done.put(key, run(perennial, key.replace(' ', '-'), "split-mnist-" + strategy, overrides));
    write("split-mnist.md", done);
  }

  @Test
  void splitMnist() throws IOException {
    Files.createDirectories(STUDY);
    try (Perennial perennial = Perennial.start(Integer.getInteger("perennial.threads", 2))) {
      for (String strategy : List.of("naive", "joint")) {
        SETTINGS.forEach(setting -> row(perennial, strategy, setting, List.of(), true));
      }
      for (String setting : SETTINGS) {
        String lambda =
            chooseLambda(
                perennial,
                "split-mnist-ewc",
                List.of("scenario.setting=" + setting),
                setting,
                LAMBDAS);
        row(perennial, "ewc", setting, List.of("strategies.0.lambda=" + lambda), true);
      }
      for (String strategy : List.of("independent", "progressive-network")) {
        row(perennial, strategy, SETTINGS.get(0), List.of(), true);
      }
      for (String strategy :
          List.of("expert-gate", "net2net", "related-first", "generative-replay")) {
        SETTINGS.forEach(setting -> row(perennial, strategy, setting, List.of(), true));
      }
    }
    for (int s = 0; s < SETTINGS.size(); s++) {
      for (Map.Entry<String, double[]> published : PUBLISHED.entrySet()) {
        double points = published.getKey().equals("generative-replay") ? 3 : 2;
        soft.assertThat(percent(published.getKey() + " " + SETTINGS.get(s)))
            .as(published.getKey() + ", " + SETTINGS.get(s))
            .isBetween(published.getValue()[s] - points, 100.0);
      }
      soft.assertThat(percent("naive " + SETTINGS.get(s)))
          .isLessThan(of(PUBLISHED, "naive")[s] + 2);
    }
    soft.assertThat(percent("generative-replay class-incremental")).isGreaterThan(88);
    for (String strategy : List.of("progressive-network", "independent")) {
      soft.assertThat(of(done, strategy + " task-incremental").mean("forgetting")).isZero();
    }
    soft.assertAll();
  }

  /** Permuted MNIST, 10 tasks, domain-incremental, one seed. */
  @Test
  void permutedMnist() throws IOException {
    Files.createDirectories(STUDY);
    Map<String, Results> rows = new LinkedHashMap<>();
    try (Perennial perennial = Perennial.start(Integer.getInteger("perennial.threads", 2))) {
      for (String strategy : List.of("naive", "joint", "ewc", "generative-replay")) {
        List<String> overrides =
            strategy.equals("ewc")
                ? List.of(
                    "strategies.0.lambda="
                        + chooseLambda(
                            perennial,
                            "permuted-mnist-10-ewc",
                            List.of("training.iterations=1000"),
                            "permuted",
                            List.of(1e0, 1e1, 1e2, 1e3, 1e4)))
                : List.of();
        rows.put(
            strategy + " domain-incremental",
            run(perennial, "permuted-" + strategy, "permuted-mnist-10-" + strategy, overrides));
        write("permuted-mnist.md", rows);
      }
    }
    double naive = of(rows, "naive domain-incremental").mean("averageAccuracy");
    for (String strategy : List.of("joint", "ewc", "generative-replay")) {
      assertThat(of(rows, strategy + " domain-incremental").mean("averageAccuracy"))
          .as(strategy)
          .isGreaterThan(naive);
    }
  }

  private static <T> T of(Map<String, T> map, String key) {
    return Objects.requireNonNull(map.get(key), key);
  }

  private double percent(String key) {
    return 100 * of(done, key).mean("averageAccuracy");
  }

  private static void write(String file, Map<String, Results> rows) {
    boolean permuted = file.startsWith("permuted");
    List<String> lines = new ArrayList<>();
    lines.add(
        "| strategy | setting | average accuracy, % | published | forgetting, % | parameters |"
            + " training, s | all, s |");
    lines.add("|---|---|---|---|---|---|---|---|");
    rows.forEach(
        (key, results) -> {
          String strategy = key.substring(0, key.indexOf(' '));
          String setting = key.substring(strategy.length() + 1);
          double[] all = PUBLISHED.getOrDefault(strategy, new double[3]);
          double published =
              permuted
                  ? PUBLISHED_PERMUTED.getOrDefault(strategy, 0.0)
                  : all[SETTINGS.indexOf(setting)];
          lines.add(
              "| `%s` | %s | %s | %s | %s | %,.0f | %.0f | %.0f |"
                  .formatted(
                      strategy,
                      setting,
                      spread(results, "averageAccuracy"),
                      published == 0 ? "" : "%.2f".formatted(published),
                      spread(results, "forgetting"),
                      mean(results, run -> run.parameters().get(run.parameters().size() - 1)),
                      mean(results, run -> run.seconds().train()),
                      mean(results, run -> run.seconds().total())));
        });
    try {
      Files.write(STUDY.resolve(file), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String spread(Results results, String metric) {
    String mean = String.format(Locale.ROOT, "%.2f", 100 * results.mean(metric));
    return results.runs().size() == 1
        ? mean
        : mean
            + String.format(
                Locale.ROOT, " ± %.2f", 100 * of(results.standardError(), metric).number());
  }

  private static double mean(Results results, ToDoubleFunction<RunResult> value) {
    return results.runs().stream().mapToDouble(value).average().orElseThrow();
  }
}
