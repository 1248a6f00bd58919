package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.runner.cli.Main;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/** Real processes that teach a finished run further tasks and are killed. */
class KilledContinuationTest {
  @TempDir private Path directory;
  private Path configuration;
  private Path finished;
  private Path questions;

  @BeforeEach
  void aFinishedRun() throws Exception {
    configuration = directory.resolve("first.yaml");
    Files.writeString(
        configuration,
        """
        name: months
        pipeline: knowledge-retention
        scenario: {type: csv-tasks, path: '%s', columns: {label: state}}
        model: {type: mlp, hidden: [8]}
        training: {epochs: 8, batchSize: 8}
        strategies: [{type: ewc}, {type: experience-replay}]
        checkpoint: {everySteps: 3}
        listeners: [{type: csv}, {type: json-lines}]
        """
            .formatted(months("first", 1)));
    finished = directory.resolve("finished");
    succeed("run", configuration, "--out", finished, "--threads", 1, "-q");
    questions = months("questions", 1).resolve("1.csv");
  }

  /** Tables of two measured numbers, a file a month. */
  private Path months(String name, int... months) throws IOException {
    Path folder = Files.createDirectory(directory.resolve(name));
    for (int month : months) {
      Random random = new Random(month);
      StringBuilder text = new StringBuilder("heat,noise,state\n");
      for (int n = 0; n < 80; n++) {
        double heat = random.nextGaussian() + month;
        double noise = random.nextGaussian();
        text.append("%s,%s,%s\n".formatted(heat, noise, heat - month + noise > 0 ? "hot" : "cold"));
      }
      Files.writeString(folder.resolve(month + ".csv"), text);
    }
    return folder.toAbsolutePath();
  }

  private ProcessBuilder perennial(Object... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    Stream.of(arguments).map(Objects::toString).forEach(command::add);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("said").toFile());
  }

  private String said() throws IOException {
    return Files.readString(directory.resolve("said"));
  }

  private void succeed(Object... arguments) throws Exception {
    assertThat(perennial(arguments).start().waitFor()).as(said()).isZero();
  }

  /** The other process may be replacing what is looked at. */
  private interface Moment {
    boolean hasCome(Path run) throws IOException;
  }

  private static final Moment BEGUN = run -> status(run).equals("running");
  private static final Moment IN_A_TASK = run -> checkpoint(run, "task-0001-step");
  private static final Moment BETWEEN = run -> checkpoint(run, "task-0002");

  private static boolean checkpoint(Path run, String prefix) throws IOException {
    try (Stream<Path> found = Files.list(run.resolve("checkpoint"))) {
      return found.anyMatch(path -> String.valueOf(path.getFileName()).startsWith(prefix));
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private static String status(Path run) throws IOException {
    return results(run).get("status").stringValue();
  }

  private static JsonNode results(Path run) throws IOException {
    return new ObjectMapper().readTree(Files.readString(run.resolve("results.json")));
  }

  private void kill(Path run, Moment moment, Object... arguments) throws Exception {
    Process process = perennial(arguments).start();
    while (process.isAlive() && !moment.hasCome(run)) {
      Thread.sleep(1);
    }
    process.destroyForcibly();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("killed before its end: " + said()).isGreaterThan(128);
  }

  /** What people and programs read; times aside. */
  private static List<Object> outcome(Path run) throws IOException {
    ObjectNode results = (ObjectNode) results(run);
    results.remove("seconds");
    List<Object> outcome = new ArrayList<>(List.of(results.toPrettyString()));
    outcome.add(Files.readString(run.resolve("accuracy.csv")));
    outcome.add(Files.readString(run.resolve("history.json")));
    for (String log : List.of("events.csv", "events.jsonl")) {
      outcome.add(Files.readString(run.resolve(log)));
    }
    return outcome;
  }

  private List<String> answers(Path run) throws Exception {
    Path file = directory.resolve("answers.csv");
    succeed("predict", run, questions, "--out", file, "--threads", 1);
    return Files.readAllLines(file);
  }

  /** What was begun with further tasks cannot go on without them, whatever is forced. */
  private void refuseToRun(Path run) throws Exception {
    String results = Files.readString(run.resolve("results.json"));
    Process process =
        perennial("run", run.resolve("config.yaml"), "--out", run, "--resume", "--force").start();
    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(said()).contains("but the stream has only 1 now", "perennial continue");
    assertThat(run.resolve("results.json")).content().isEqualTo(results);
  }

  @Test
  void aContinuationThatIsKilledLosesNothingAndGoesOnToTheBit() throws Exception {
    Path further = months("further", 2, 3);
    Path whole = directory.resolve("whole");
    FileUtils.copyDirectory(finished.toFile(), whole.toFile());
    succeed("continue", whole, further, "--threads", 1, "-q");
    assertThat(status(whole)).isEqualTo("complete");
    List<String> before = answers(finished);

    Path run = finished;
    kill(run, BEGUN, "continue", run, further, "--threads", 1, "-q");
    assertThat(answers(run)).isEqualTo(before);
    kill(run, IN_A_TASK, "continue", run, further, "--threads", 1, "-q");
    assertThat(status(run)).isEqualTo("running");
    assertThat(answers(run)).isEqualTo(before);
    refuseToRun(run);
    kill(run, BETWEEN, "continue", run, further, "--threads", 1, "-q");
    assertThat(status(run)).isEqualTo("running");
    assertThat(answers(run)).hasSameSizeAs(before).isNotEqualTo(before);
    refuseToRun(run);
    succeed("continue", run, further, "--threads", 1, "-q");
    assertThat(outcome(run)).isEqualTo(outcome(whole));
  }
}
