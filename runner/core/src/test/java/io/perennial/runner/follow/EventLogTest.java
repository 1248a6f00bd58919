package io.perennial.runner.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EventLogTest {
  private static final String YAML =
      """
      name: followed
      pipeline: knowledge-retention
      scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: task-incremental}
      model: {type: mlp, hidden: [4]}
      training: {iterations: 6, batchSize: 16}
      firstTasks: 2
      checkpoint: {everySteps: 4}
      listeners: [{type: csv, every: 2}, {type: json-lines, every: 3}]
      """;

  @TempDir Path directory;

  private Path run(String name, RunListener... others) {
    Path out = directory.resolve(name);
    try (Perennial perennial = Perennial.start(1)) {
      RunOptions options = new RunOptions(out, Files.exists(out), List.of(others));
      perennial.run(perennial.parse(YAML), options);
    }
    return out;
  }

  @Test
  void everyNthStepEveryTaskAndEveryMetricHasALine() throws IOException {
    Path out = run("whole");
    List<String> csv = Files.readAllLines(out.resolve("events.csv"));
    assertThat(csv.get(0)).isEqualTo("event,step,task,name,value");
    assertThat(csv.stream().filter(line -> line.startsWith("step,")))
        .hasSize(6)
        .allMatch(line -> line.matches("step,\\d+,[01],loss,[0-9.E-]+"));
    assertThat(csv).anyMatch(line -> line.startsWith("accuracy,12,1,accuracy,0."));
    assertThat(csv).anyMatch(line -> line.startsWith("metric,,,averageAccuracy,0."));
    assertThat(csv).contains("metric,,,worstCaseAccuracy,");
    List<JsonNode> json =
        Files.readAllLines(out.resolve("events.jsonl")).stream()
            .map(line -> JsonMapper.builder().build().readTree(line))
            .toList();
    assertThat(json).filteredOn(line -> line.get("event").asString().equals("step")).hasSize(4);
    assertThat(json).anyMatch(line -> line.get("name").asString().equals("forgetting"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 5, 9, 11})
  void afterAKillInTheMiddleOfATaskThereIsNeitherHoleNorDouble(long step) throws IOException {
    Path killed = directory.resolve("killed");
    RunListener kill =
        new RunListener() {
          @Override
          public void stepDone(Learner learner, double loss) {
            if (learner.step() == step) {
              copyAsItIs(directory.resolve("whole"), killed);
            }
          }
        };
    Path whole = run("whole", kill);
    assertThat(killed.resolve("events.csv")).exists();
    Path resumed = run("killed");
    for (String file : List.of("events.csv", "events.jsonl")) {
      assertThat(resumed.resolve(file)).hasSameTextualContentAs(whole.resolve(file));
    }
  }

  /** What is on the disk at this moment is what a killed process leaves. */
  private static void copyAsItIs(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void afterAnInterruptionEachStepStandsThereOnce() throws IOException {
    Path whole = run("whole");
    RunListener interrupting =
        new RunListener() {
          @Override
          public void taskDone(Learner learner, AccuracyMatrix accuracy) {
            if (learner.task().index() == 1) {
              throw new IllegalStateException("interrupted");
            }
          }
        };
    assertThatThrownBy(() -> run("parts", interrupting)).isInstanceOf(RunFailedException.class);
    Path parts = run("parts");
    for (String file : List.of("events.csv", "events.jsonl")) {
      assertThat(parts.resolve(file)).hasSameTextualContentAs(whole.resolve(file));
    }
  }
}
