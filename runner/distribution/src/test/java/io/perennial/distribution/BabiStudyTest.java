package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.result.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The twenty bAbI tasks one after the other with the configurations in {@code examples/}, and some
 * of them by themselves. Runs stay in {@code target/study}; interrupted, the study goes on where it
 * was. The table goes to {@code target/study/babi.md}; docs/results.md shows it.
 *
 * <p>Needs the stories, English, 1,000 questions a task: {@code -Dperennial.babi=DIR}.
 */
@Tag("slow")
class BabiStudyTest {
  private static final Path STUDY = Path.of("target/study");

  /** Per cent that a task must reach when it is learned by itself. */
  private static final Map<Integer, Double> GOALS =
      Map.of(1, 90.0, 6, 90.0, 12, 90.0, 15, 90.0, 20, 90.0, 9, 85.0);

  private static Results run(
      Perennial perennial, String directory, String example, List<String> overrides) {
    String stories = System.getProperty("perennial.babi");
    if (stories == null) {
      throw new IllegalStateException(
          "This study reads the bAbI tasks: give the directory of their files with"
              + " -Dperennial.babi=DIR");
    }
    List<String> all = new ArrayList<>(overrides);
    all.add("scenario.stories.path=" + Path.of(stories).toAbsolutePath());
    Path out = STUDY.resolve(directory);
    RunConfiguration configuration =
        perennial.read(Path.of("../../examples").resolve(example + ".yaml"), all);
    return perennial.run(configuration, new RunOptions(out, Files.exists(out), List.of()));
  }

  @Test
  void oneAfterTheOther() throws IOException {
    Files.createDirectories(STUDY);
    Map<String, Results> rows = new LinkedHashMap<>();
    List<String> lines = new ArrayList<>();
    try (Perennial perennial = Perennial.start(Integer.getInteger("perennial.threads", 2))) {
      for (String strategy : List.of("naive", "ewc", "experience-replay", "joint")) {
        Results results =
            run(perennial, "babi-" + strategy, "babi-" + strategy, List.of("seeds=[1, 2, 3]"));
        rows.put(strategy, results);
        lines.add(
            String.format(
                Locale.ROOT,
                "| `%s` | %s | %s |",
                strategy,
                spread(results, "averageAccuracy"),
                spread(results, "forgetting")));
        Files.write(STUDY.resolve("babi.md"), lines);
      }
    }
    assertThat(percent(rows, "naive")).isLessThan(20);
    assertThat(percent(rows, "experience-replay")).isGreaterThan(percent(rows, "naive") + 20);
    assertThat(percent(rows, "joint")).isGreaterThan(65);
  }

  @Test
  void byThemselves() throws IOException {
    Files.createDirectories(STUDY);
    List<String> lines = new ArrayList<>();
    Map<Integer, Double> reached = new LinkedHashMap<>();
    try (Perennial perennial = Perennial.start(Integer.getInteger("perennial.threads", 2))) {
      for (int task = 1; task <= 20; task++) {
        Results results =
            run(
                perennial,
                "babi-alone-" + task,
                "babi-naive",
                List.of(
                    "scenario.stories.tasks=[" + task + "]",
                    "model.dimension=20",
                    "model.emptyPlaces=true",
                    "training.iterations=3200",
                    "training.optimizer.scheduleSteps=3200",
                    "seeds=[1, 2, 3]"));
        reached.put(task, 100 * results.mean("averageAccuracy"));
        lines.add("| " + task + " | " + spread(results, "averageAccuracy") + " |");
        Files.write(STUDY.resolve("babi-alone.md"), lines);
      }
    }
    GOALS.forEach(
        (task, goal) ->
            assertThat(Objects.requireNonNull(reached.get(task)))
                .as("task %d", task)
                .isGreaterThan(goal));
  }

  private static double percent(Map<String, Results> rows, String strategy) {
    return 100 * Objects.requireNonNull(rows.get(strategy)).mean("averageAccuracy");
  }

  private static String spread(Results results, String metric) {
    double error = Objects.requireNonNull(results.standardError().get(metric)).number();
    return String.format(Locale.ROOT, "%.1f ± %.1f", 100 * results.mean(metric), 100 * error);
  }
}
