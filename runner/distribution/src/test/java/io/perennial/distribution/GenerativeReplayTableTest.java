package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import io.perennial.api.Plugin;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Generative replay on standardised columns, and on streams that are as small as they get. */
class GenerativeReplayTableTest {
  private static final String TABLE =
      """
      name: table
      pipeline: knowledge-retention
      scenario: {type: table, tasks: %d, classes: %d, examples: %d, setting: %s}
      model: {type: mlp, hidden: [40]}
      training: {iterations: %d, batchSize: 20, optimizer: {type: adam, learningRate: 0.005}}
      strategies: [%s]
      """;

  private static final String REPLAY =
      "{type: generative-replay, likelihood: gaussian, hidden: [60], latent: 4,"
          + " generatorLearningRate: 0.003%s}";

  private static final Plugin[] PLUGINS =
      Stream.concat(
              ServiceLoader.load(Plugin.class).stream().map(ServiceLoader.Provider::get),
              Stream.of(new TablePlugin()))
          .toArray(Plugin[]::new);

  @TempDir Path directory;
  private int runs;

  private static String replay(String more) {
    return REPLAY.formatted(more);
  }

  private RunResult run(String yaml) {
    try (Perennial perennial = Perennial.start(2, Registry.of(PLUGINS))) {
      Path out = directory.resolve("run-" + runs++);
      return perennial.run(perennial.parse(yaml), RunOptions.into(out)).runs().get(0);
    }
  }

  private static double average(RunResult result) {
    int last = result.accuracy().tasks().size() - 1;
    double sum = 0;
    for (int j = 0; j <= last; j++) {
      sum += result.accuracy().at(last, j);
    }
    return sum / (last + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ", conditional: true", ", targets: soft"})
  void columnsAreRememberedAsImagesAre(String more) {
    String yaml = "class-incremental";
    double naive = average(run(TABLE.formatted(4, 2, 200, yaml, 300, "")));
    double replayed = average(run(TABLE.formatted(4, 2, 200, yaml, 300, replay(more))));
    assertThat(naive).isLessThan(0.4);
    assertThat(replayed).isGreaterThan(0.8);
  }

  /** Images apart, of which each task leaves one. */
  @Test
  void whatIsKeptDoesNotGrowWithTheTasks() throws IOException {
    for (String more : new String[] {"", ", conditional: true"}) {
      RunResult twenty = run(TABLE.formatted(20, 2, 100, "domain-incremental", 60, replay(more)));
      long after20 = checkpoint();
      run(TABLE.formatted(3, 2, 100, "domain-incremental", 60, replay(more)));
      long after3 = checkpoint();
      assertThat(after20).isGreaterThan(10_000);
      // The accuracy matrix and the tasks' names are all that there is more of.
      assertThat(after20 - after3).isBetween(-2_000L, 20_000L);
      assertThat(average(twenty)).isBetween(0.5, 1.0);
    }
  }

  private long checkpoint() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("run-" + (runs - 1) + "/checkpoint"))) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.toString().endsWith(".bin") || file.toString().contains("tensor"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  @Test
  void aSingleTaskIsLearnedAsWithoutIt() {
    String naive = TABLE.formatted(1, 2, 100, "class-incremental", 20, "");
    String replayed = TABLE.formatted(1, 2, 100, "class-incremental", 20, replay(""));
    assertThat(run(replayed).parametersSha256()).isEqualTo(run(naive).parametersSha256());
  }

  /** One example, one class, and more classes than examples. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, class-incremental",
    "1, 1, task-incremental",
    "30, 1, class-incremental",
    "30, 1, task-incremental",
    "1, 3, domain-incremental",
    "1, 2, task-incremental",
  })
  void theSmallestTasksAreLearned(int examples, int classes, String setting) {
    for (String more : new String[] {"", ", conditional: true", ", targets: soft"}) {
      RunResult result = run(TABLE.formatted(3, classes, examples, setting, 15, replay(more)));
      assertThat(average(result)).isBetween(0.0, 1.0);
      assertThat(result.parametersSha256()).hasSize(64);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'rows: 0', rows",
    "'rows: 1000', rows",
    "'latent: 0', latent",
    "'hidden: [0]', hidden",
    "'channels: [0]', channels",
    "'temperature: 0', temperature",
    "'deviation: -1', deviation",
    "'generatorLearningRate: 0', generatorLearningRate",
    "'generatorSteps: 0', generatorSteps",
    "'likelihood: poisson', likelihood",
    "'targets: warm', targets",
    "'conditional: maybe', conditional",
  })
  void settingsOutOfRangeAreRefusedByName(String setting, String name) {
    String strategy = "{type: generative-replay, " + setting + "}";
    String yaml = TABLE.formatted(2, 2, 10, "class-incremental", 5, strategy);
    assertThatThrownBy(() -> run(yaml))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(name);
    assertThat(directory.resolve("run-0")).doesNotExist();
  }

  @Test
  void convolutionsAreRefusedForColumnsBeforeAnythingIsWritten() {
    String yaml = TABLE.formatted(2, 2, 10, "class-incremental", 5, replay(", channels: [4]"));
    assertThatThrownBy(() -> run(yaml))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("generative-replay")
        .hasMessageContaining("takes images")
        .hasMessageContaining("[6]");
    assertThat(directory.resolve("run-0")).doesNotExist();
  }
}
