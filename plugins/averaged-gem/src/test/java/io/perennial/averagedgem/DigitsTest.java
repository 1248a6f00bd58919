package io.perennial.averagedgem;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Artefact;
import io.perennial.api.Metric;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Handwritten digits under three permutations of their pixels: it forgets less than without it. */
class DigitsTest {
  @TempDir Path directory;

  @Test
  void itForgetsLessAndShowsHowOftenItProjected() throws IOException {
    RunResult naive = run("", "naive");
    RunResult guarded = run("{type: averaged-gem}", "guarded");
    assertThat(metric(guarded, "averageAccuracy"))
        .isGreaterThan(metric(naive, "averageAccuracy") + 0.05);
    assertThat(metric(guarded, "forgetting")).isLessThan(0.7 * metric(naive, "forgetting"));
    Path out = directory.resolve("guarded");
    assertThat(out.resolve("artefacts/averaged-gem/projected-steps.csv"))
        .content()
        .hasLineCount(4)
        .contains(projections(guarded));
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("Share of each task's steps whose gradient was projected", "projection rate");
  }

  /** The picture in the results: five epochs of 45 steps a task, of which the first has no past. */
  private static List<String> projections(RunResult result) {
    List<Artefact> artefacts = result.artefacts().getOrDefault("averaged-gem", List.of());
    assertThat(artefacts).hasSize(1);
    List<String> lines = new ArrayList<>(List.of("task,projection rate,projected steps,steps"));
    for (List<Object> row : ((Artefact.Table) artefacts.get(0)).rows()) {
      double projected = ((Number) row.get(2)).doubleValue();
      assertThat(row.get(3)).isEqualTo(225L);
      assertThat(row.get(1)).isEqualTo(projected / 225);
      if (lines.size() == 1) {
        assertThat(projected).isZero();
      } else {
        assertThat(projected).isBetween(10.0, 215.0);
      }
      lines.add(row.stream().map(Object::toString).collect(Collectors.joining(",")));
    }
    assertThat(lines).hasSize(4);
    return lines;
  }

  private RunResult run(String strategy, String name) {
    try (Perennial perennial = Perennial.start(1)) {
      Path out = directory.resolve(name);
      String yaml =
          """
          name: permuted digits
          pipeline: knowledge-retention
          seed: 1
          scenario: {type: permuted, dataset: digits, tasks: 3, setting: domain-incremental}
          model: {type: mlp, hidden: [100]}
          training: {epochs: 5, batchSize: 32, optimizer: {type: sgd, learningRate: 0.1}}
          evaluate: seen
          strategies: [%s]
          """
              .formatted(strategy);
      return perennial.run(perennial.parse(yaml), RunOptions.into(out)).runs().get(0);
    }
  }

  private static double metric(RunResult result, String name) {
    Metric.Value value = result.metrics().get(name);
    return value == null ? Double.NaN : value.number();
  }
}
