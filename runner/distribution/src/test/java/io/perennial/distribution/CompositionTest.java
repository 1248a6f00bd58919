package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.Finding;
import io.perennial.api.InputException;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every pair of strategies in every setting on two networks: what the pre-flight check calls legal
 * runs, what it refuses is refused with the reason it gives, and {@code docs/composition.md} says
 * the same. {@code -Dperennial.write=true} writes that page anew.
 */
class CompositionTest {
  private static final Path PAGE =
      Path.of(System.getProperty("basedir", ".")).resolve("../../docs/composition.md");

  /** The nine, as small as they go; curriculum ordering is an order beside any strategy. */
  private static final Map<String, String> STRATEGIES = strategies();

  private static final List<String> EXPANSIONS =
      List.of("progressive-network", "expert-gate", "net2net");
  private static final List<String> SETTINGS =
      List.of("task-incremental", "domain-incremental", "class-incremental");
  private static final Map<String, String> NETWORKS =
      Map.of(
          "mlp", "{type: mlp, hidden: [8]}",
          "convolutional", "{type: convolutional, channels: [2], hidden: [8]}");

  @TempDir Path directory;
  private final List<String> reasons = new ArrayList<>();
  private int runs;

  private static Map<String, String> strategies() {
    Map<String, String> map = new LinkedHashMap<>();
    map.put("naive", "{type: naive}");
    map.put("joint", "{type: joint}");
    map.put("ewc", "{type: ewc}");
    map.put("generative-replay", "{type: generative-replay, hidden: [8], latent: 2}");
    map.put("experience-replay", "{type: experience-replay, memory: 20}");
    map.put("progressive-network", "{type: progressive-network}");
    map.put("expert-gate", "{type: expert-gate, gateHidden: 4, gateIterations: 2}");
    map.put("net2net", "{type: net2net, policy: always}");
    map.put("curriculum", "");
    return map;
  }

  @Test
  void everyPairIsRunOrRefused() throws IOException {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # What composes with what

        Generated from the pre-flight check by `CompositionTest`, which also runs every cell that is
        legal and sees every other one refused. **yes**: runs. **no**: refused before anything
        starts. A number names the reason, or what to expect, below. The diagonal is a strategy by
        itself. `curriculum` is any task order, here `easy-first`.
        """);
    try (Perennial perennial = Perennial.start(2)) {
      for (String network : List.of("mlp", "convolutional")) {
        for (String setting : SETTINGS) {
          page.append("\n## ").append(setting).append(", ").append(network).append("\n\n");
          table(perennial, network, setting, page);
        }
      }
    }
    page.append("\n## Reasons\n\n");
    for (int i = 0; i < reasons.size(); i++) {
      page.append(i + 1).append(". ").append(reasons.get(i)).append('\n');
    }
    if (Boolean.getBoolean("perennial.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(page.toString());
  }

  private void table(Perennial perennial, String network, String setting, StringBuilder page) {
    List<String> names = List.copyOf(STRATEGIES.keySet());
    page.append("| |")
        .append(names.stream().map(n -> " " + n + " |").collect(Collectors.joining()));
    page.append("\n|---|").append("---|".repeat(names.size())).append('\n');
    for (int i = 0; i < names.size(); i++) {
      page.append("| ").append(names.get(i)).append(" |");
      for (int j = 0; j < names.size(); j++) {
        page.append(j < i ? " |" : cell(perennial, network, setting, names.get(i), names.get(j)));
      }
      page.append('\n');
    }
  }

  private String cell(
      Perennial perennial, String network, String setting, String first, String second) {
    RunConfiguration configuration = perennial.parse(yaml(network, setting, first, second));
    List<Finding> findings = perennial.check(configuration);
    List<String> errors =
        findings.stream()
            .filter(finding -> finding.severity() == Finding.Severity.ERROR)
            .map(Finding::toString)
            .toList();
    Path out = directory.resolve("cell-" + runs++);
    if (errors.isEmpty()) {
      Results results = perennial.run(configuration, RunOptions.into(out));
      assertThat(results.runs().get(0).status()).isEqualTo(RunResult.Status.COMPLETE);
      assertThat(results.mean("averageAccuracy")).isBetween(0.0, 1.0);
    } else {
      assertThatThrownBy(() -> perennial.run(configuration, RunOptions.into(out)))
          .isInstanceOfSatisfying(
              InputException.class, e -> assertThat(e.problems()).isEqualTo(errors));
      assertThat(out).doesNotExist();
    }
    String notes = findings.stream().map(this::note).distinct().collect(Collectors.joining(", "));
    return (errors.isEmpty() ? " yes " : " **no** ") + (notes.isEmpty() ? "" : notes + " ") + "|";
  }

  private String note(Finding finding) {
    String text = finding.toString();
    if (!reasons.contains(text)) {
      reasons.add(text);
    }
    return String.valueOf(reasons.indexOf(text) + 1);
  }

  private static String yaml(String network, String setting, String first, String second) {
    List<String> pair = first.equals(second) ? List.of(first) : List.of(first, second);
    boolean grows = pair.stream().anyMatch(EXPANSIONS::contains);
    String blocks =
        pair.stream()
            .map(STRATEGIES::get)
            .filter(block -> !block.isEmpty())
            .collect(Collectors.joining(", "));
    return """
        name: cell
        pipeline: %s
        scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: %s}
        order: {type: %s}
        model: %s
        training: {iterations: 2, batchSize: 8}
        evaluate: final
        strategies: [%s]
        """
        .formatted(
            grows ? "model-expansion" : "knowledge-retention",
            setting,
            pair.contains("curriculum")
                ? "easy-first, probe: {hidden: 4, examples: 20, steps: 2}"
                : "given",
            NETWORKS.get(network),
            blocks);
  }
}
