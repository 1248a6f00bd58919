package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.api.State;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.RunStoppedException;
import io.perennial.runner.result.Checkpoint;
import io.perennial.runner.result.CheckpointStore;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs that are stopped in the middle of a task, and what is refused when they are to go on. */
class ResumingTest {
  private static final String STREAM =
      "scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: domain-incremental,"
          + " validation: 0.1}\n";
  private static final String FREE =
      "scenario: {type: task-free, scenario: {type: split, dataset: {type: digits}, tasks: 5,"
          + " setting: class-incremental}}\n";

  @TempDir Path directory;

  private static String yaml(String pipeline, String scenario, String training, String strategies) {
    return """
    name: resuming
    pipeline: %s
    %smodel: {type: mlp, hidden: [12]}
    training: {batchSize: 32, optimizer: {type: adam, learningRate: 0.01}, %s}
    strategies: %s
    checkpoint: {everyMinutes: 0}
    """
        .formatted(pipeline, scenario, training, strategies);
  }

  private static String retention(String strategies) {
    return yaml("knowledge-retention", STREAM, "epochs: 2", strategies);
  }

  private static RunResult run(String yaml, Path out, boolean resume, boolean force) {
    try (Perennial perennial = Perennial.start(1)) {
      return perennial
          .run(perennial.parse(yaml), new RunOptions(out, resume, force, List.of()))
          .runs()
          .get(0);
    }
  }

  /** Runs until some step, when the run is asked to stop. */
  private static RunStoppedException stopped(String yaml, Path out, boolean resume, long atStep) {
    try (Perennial perennial = Perennial.start(2)) {
      RunListener stopping =
          new RunListener() {
            @Override
            public void stepDone(Learner learner, double loss) {
              // The step's own number is counted when the listeners were told.
              if (learner.step() == atStep) {
                perennial.stop();
              }
            }
          };
      perennial.run(perennial.parse(yaml), new RunOptions(out, resume, List.of(stopping)));
    } catch (RunStoppedException e) {
      return e;
    }
    throw new AssertionError("it did not stop");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          knowledge-retention | split | epochs: 2 | [{type: ewc}, {type: generative-replay}]
          knowledge-retention | split | epochs: 6, patience: 2 | [{type: experience-replay}]
          knowledge-retention | split | iterations: 25 | [{type: joint}]
          knowledge-retention | split | epochs: 3 | [{type: easy-to-hard}]
          model-expansion | split | epochs: 2 | [{type: net2net, threshold: 1}, {type: ewc}]
          knowledge-retention | free | epochs: 1 | [{type: ewc, online: true, every: 7}]
          """)
  void itGoesOnToTheBitHoweverOftenItIsStopped(
      String pipeline, String scenario, String training, String strategies) {
    String yaml = yaml(pipeline, scenario.equals("split") ? STREAM : FREE, training, strategies);
    RunResult whole = run(yaml, directory.resolve("whole"), false, false);
    Path out = directory.resolve("stopped");
    boolean resume = false;
    for (long step : new long[] {1, 17, 18, 30}) {
      RunStoppedException stop = stopped(yaml, out, resume, step);
      assertThat(stop.step()).isEqualTo(step);
      Checkpoint latest = new CheckpointStore(out.resolve("checkpoint")).latest().orElseThrow();
      assertThat(latest.step()).isEqualTo(step);
      assertThat(latest.tasksDone()).isEqualTo(stop.tasksDone());
      resume = true;
    }
    Digits.assertEqual(run(yaml, out, true, false), whole);
  }

  @Test
  void aStopAfterTheLastStepOfATaskIsOneInIt() {
    String yaml = retention("[{type: ewc}]");
    RunResult whole = run(yaml, directory.resolve("whole"), false, false);
    Path out = directory.resolve("stopped");
    long perTask = stepsOfFirstTask(yaml);
    assertThat(stopped(yaml, out, false, perTask)).hasMessageContaining("stopped in task 1, after");
    Digits.assertEqual(run(yaml, out, true, false), whole);
  }

  private long stepsOfFirstTask(String yaml) {
    long[] steps = {0};
    try (Perennial perennial = Perennial.start(1)) {
      RunListener counting =
          new RunListener() {
            @Override
            public void stepDone(Learner learner, double loss) {
              steps[0] += learner.task().index() == 0 ? 1 : 0;
            }
          };
      perennial.run(
          perennial.parse(yaml),
          new RunOptions(directory.resolve("counted"), false, List.of(counting)));
    }
    return steps[0];
  }

  @Test
  void severalSeedsStopTogetherAndGoOn() {
    String yaml = retention("[]").replace("pipeline:", "seeds: [1, 2, 3]\npipeline:");
    Path out = directory.resolve("stopped");
    // Two at a time, so that the third has not begun.
    stopped(yaml, out, false, 20);
    assertThat(out.resolve("seed-2")).exists();
    assertThat(out.resolve("seed-3")).doesNotExist();
    try (Perennial perennial = Perennial.start(1)) {
      List<RunResult> resumed =
          perennial.run(perennial.parse(yaml), new RunOptions(out, true, List.of())).runs();
      List<RunResult> whole =
          perennial.run(perennial.parse(yaml), RunOptions.into(directory.resolve("whole"))).runs();
      for (int i = 0; i < 3; i++) {
        Digits.assertEqual(resumed.get(i), whole.get(i));
      }
    }
  }

  @Test
  void checkpointsComeByStepsAndAsManyAreKeptAsAreWanted() throws IOException {
    String yaml =
        retention("[]").replace("{everyMinutes: 0}", "{everyMinutes: 0, everySteps: 7, keep: 4}");
    Path out = directory.resolve("out");
    stopped(yaml, out, false, 24);
    try (var checkpoints = Files.list(out.resolve("checkpoint"))) {
      assertThat(checkpoints.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "task-0000-step-000014",
              "task-0001",
              "task-0001-step-000021",
              "task-0001-step-000024");
    }
    // How often a run is saved is no part of what it is.
    run(retention("[]"), out, true, false);
  }

  @Test
  void otherDataIsRefused() throws IOException {
    Path data = Files.createDirectory(directory.resolve("data"));
    Path source = Path.of("../../examples/data/machines");
    for (String file : List.of("2024-01.csv", "2024-02.csv")) {
      Files.copy(source.resolve(file), data.resolve(file));
    }
    String scenario =
        "scenario: {type: csv-tasks, path: '%s', columns: {label: state, categorical: [site]}}\n"
            .formatted(data.toAbsolutePath());
    String yaml = yaml("knowledge-retention", scenario, "epochs: 3", "[]");
    Path out = directory.resolve("out");
    stopped(yaml, out, false, 3);
    String results = Files.readString(out.resolve("results.json"));
    Path first = data.resolve("2024-01.csv");
    List<String> lines = Files.readAllLines(first);
    lines.remove(5);
    Files.write(first, lines);
    assertThatThrownBy(() -> run(yaml, out, true, false))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the data of the first 1 tasks has changed")
        .hasMessageContaining("--force");
    assertThat(out.resolve("results.json")).content().isEqualTo(results);
    assertThat(run(yaml, out, true, true).status()).isEqualTo(RunResult.Status.COMPLETE);
  }

  /** A whole checkpoint of another run is intact, but not this run's. */
  @ParameterizedTest
  @CsvSource({
    "'{type: ewc}', 2, seed was 2",
    "'{type: ewc, lambda: 7}', 1, learned with other settings"
  })
  void anotherRunsCheckpointIsNotTakenForItsOwn(String strategy, long seed, String message)
      throws IOException {
    String yaml = retention("[{type: ewc}]");
    Path out = directory.resolve("out");
    run(yaml, out, false, false);
    Path other = directory.resolve("other");
    run(retention("[" + strategy + "]") + "seed: %d\n".formatted(seed), other, false, false);
    Files.move(out.resolve("checkpoint"), directory.resolve("own"));
    Files.move(other.resolve("checkpoint"), out.resolve("checkpoint"));
    assertThatThrownBy(() -> run(yaml, out, true, false))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
    try (Perennial perennial = Perennial.start(1)) {
      assertThatThrownBy(() -> perennial.open(out))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("that of another run than history.json tells of");
    }
  }

  /** Images of 4 x 4 in two classes, of which one pixel may be another one. */
  private static void images(Path data, int count, int at) throws IOException {
    for (String part : List.of("train", "t10k")) {
      byte[] images =
          Arrays.copyOf(
              new byte[] {0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4}, 16 + 16 * count);
      byte[] labels = Arrays.copyOf(new byte[] {0, 0, 8, 1, 0, 0, 0, 0}, 8 + count);
      for (byte[] file : List.of(images, labels)) {
        file[6] = (byte) (count >> 8);
        file[7] = (byte) count;
      }
      for (int i = 0; i < count; i++) {
        labels[8 + i] = (byte) (i % 4);
        for (int pixel = 0; pixel < 16; pixel++) {
          images[16 + 16 * i + pixel] = (byte) (pixel % 4 == i % 4 ? 200 : i % 50);
        }
      }
      if (part.equals("train") && at >= 0) {
        images[16 + 16 * at + 7]++;
      }
      Files.write(data.resolve(part + "-images-idx3-ubyte"), images);
      Files.write(data.resolve(part + "-labels-idx1-ubyte"), labels);
    }
  }

  private static void table(Path data, int count, int at) throws IOException {
    for (String part : List.of("train.csv", "test.csv")) {
      StringBuilder rows = new StringBuilder("x,y,label\n");
      for (int i = 0; i < count; i++) {
        double y = part.equals("train.csv") && i == at ? 0.5 : i % 7;
        rows.append(i % 5).append(',').append(y).append(",c").append(i % 4).append('\n');
      }
      Files.writeString(data.resolve(part), rows);
    }
  }

  private static void texts(Path data, int count, int at) throws IOException {
    for (String part : List.of("train.csv", "test.csv")) {
      StringBuilder rows = new StringBuilder("label,text\n");
      for (int i = 0; i < count; i++) {
        boolean other = part.equals("train.csv") && i == at;
        rows.append('c').append(i % 4).append(",word").append(i % 9);
        rows.append(other ? " than" : " then").append(" thing").append(i % 4).append('\n');
      }
      rows.append("c0,than then\n");
      Files.writeString(data.resolve(part), rows);
    }
  }

  /** One value of one example in the middle of many: none is left out of the sum. */
  @ParameterizedTest
  @CsvSource({
    "'{type: idx, path: DATA}', '{type: mlp, hidden: [4]}', idx",
    "'{type: csv, path: DATA/train.csv, test: [DATA/test.csv], columns: {label: label}}', '{type: mlp, hidden: [4]}', csv",
    "'{type: text, path: DATA/train.csv, test: DATA/test.csv}', '{type: memory-network, dimension: 4}', text"
  })
  void oneOtherValueIsRefused(String dataset, String model, String form) throws IOException {
    Path data = Files.createDirectory(directory.resolve("data"));
    write(form, data, -1);
    String yaml =
        yaml(
                "knowledge-retention",
                "scenario: {type: split, tasks: 2, dataset: %s}\n"
                    .formatted(dataset.replace("DATA", data.toAbsolutePath().toString())),
                "iterations: 4",
                "[]")
            .replace("{type: mlp, hidden: [12]}", model);
    Path out = directory.resolve("out");
    stopped(yaml, out, false, 2);
    write(form, data, 401);
    assertThatThrownBy(() -> run(yaml, out, true, false))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the data of the first 1 tasks has changed");
    write(form, data, -1);
    assertThat(run(yaml, out, true, false).status()).isEqualTo(RunResult.Status.COMPLETE);
  }

  private static void write(String form, Path data, int at) throws IOException {
    switch (form) {
      case "idx" -> images(data, 1_000, at);
      case "csv" -> table(data, 1_000, at);
      default -> texts(data, 1_000, at);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nd4j, 0.9, nd4j was 0.9",
    "blas, Prescott, another kernel adds up in another order",
    "seed, 5, 'seed was 5, now it is 1'",
    "plugin io.perennial.ewc.EwcPlugin, 0.0.1 ab12, its steps may be other ones",
    "plugin org.example.Gone, 1.0, now it is not there"
  })
  void anotherOriginIsRefused(String key, String value, String message) {
    String yaml = retention("[{type: ewc}]");
    Path out = directory.resolve("out");
    RunStoppedException stop = stopped(yaml, out, false, 12);
    CheckpointStore store = new CheckpointStore(out.resolve("checkpoint"));
    State.Builder changed = State.builder();
    State state = store.latest().orElseThrow().state();
    state.values().forEach(changed::value);
    state.tensors().forEach(changed::tensor);
    state.parts().forEach(changed::part);
    Map<String, Object> origin = new LinkedHashMap<>(state.part("origin").values());
    origin.put(key, value);
    store.write(
        stop.tasksDone(), stop.step(), changed.part("origin", State.ofValues(origin)).build());
    assertThatThrownBy(() -> run(yaml, out, true, false))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
    assertThat(run(yaml, out, true, true).status()).isEqualTo(RunResult.Status.COMPLETE);
  }

  @Test
  void anotherConfigurationIsRefusedUnlessForced() {
    Path out = directory.resolve("out");
    stopped(retention("[{type: ewc}]"), out, false, 12);
    String other = retention("[{type: ewc, lambda: 3}]");
    assertThatThrownBy(() -> run(other, out, true, false))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has another configuration")
        .hasMessageContaining("--force");
    assertThat(run(other, out, true, true).status()).isEqualTo(RunResult.Status.COMPLETE);
  }
}
