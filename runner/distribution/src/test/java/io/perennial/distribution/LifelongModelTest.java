package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.DataSet;
import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.runner.LifelongModel;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import io.perennial.runner.data.ArrayExamples;
import io.perennial.runner.data.UnlabelledData;
import io.perennial.runner.result.History;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model that is used, and taught further tasks, after its run has ended. */
class LifelongModelTest {
  private static final Path MACHINES = Path.of("../../examples/data/machines");
  private static final Perennial PERENNIAL = Perennial.start(1);

  @TempDir private Path directory;

  @AfterAll
  static void close() {
    PERENNIAL.close();
  }

  private Path months(String name, int from, int to) throws IOException {
    Path stream = Files.createDirectories(directory.resolve(name));
    for (int month = from; month <= to; month++) {
      String file = "2024-0" + month + ".csv";
      Files.copy(MACHINES.resolve(file), stream.resolve(file));
    }
    return stream;
  }

  private static String machines(Path stream, String setting, String pipeline, String strategy) {
    return """
        name: machines
        pipeline: %s
        scenario:
          type: csv-tasks
          path: '%s'
          columns: {label: state, categorical: [site]}
          setting: %s
          validation: 0.1
        model: {type: mlp, hidden: [16]}
        training: {epochs: 5, batchSize: 16, optimizer: {type: adam, learningRate: 0.01}}
        strategies: [%s]
        """
        .formatted(pipeline, stream.toAbsolutePath(), setting, strategy);
  }

  private static RunResult run(String yaml, Path out) {
    return PERENNIAL.run(PERENNIAL.parse(yaml), RunOptions.into(out)).runs().get(0);
  }

  private static RunResult learn(Path out, Path tasks) {
    return PERENNIAL.learn(out, tasks, List.of()).runs().get(0);
  }

  /** The defining property: [A] and then [B] is [A, B], to the bit, memories included. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "domain-incremental | knowledge-retention | {type: ewc, lambda: 1}",
        "class-incremental  | knowledge-retention | {type: experience-replay}",
        "domain-incremental | knowledge-retention | {type: joint}",
        "domain-incremental | knowledge-retention | {type: generative-replay, likelihood: gaussian}",
        "task-incremental   | model-expansion     | {type: progressive-network}",
        "domain-incremental | model-expansion     | {type: expert-gate, gateHidden: 3, gateIterations: 30, input: standardized}",
        "domain-incremental | model-expansion     | {type: net2net}",
      })
  void goingOnEqualsOneRun(String setting, String pipeline, String strategy) throws IOException {
    RunResult whole =
        run(
            machines(months("whole", 1, 3), setting, pipeline, strategy),
            directory.resolve("whole-run"));
    Path out = directory.resolve("out");
    run(machines(months("first", 1, 1), setting, pipeline, strategy), out);
    learn(out, months("second", 2, 2));
    RunResult continued = learn(out, months("third", 3, 3));

    assertThat(continued.status()).isEqualTo(RunResult.Status.COMPLETE);
    assertThat(continued.accuracy().tasks()).containsExactly("2024-01", "2024-02", "2024-03");
    assertThat(continued.parametersSha256()).isEqualTo(whole.parametersSha256());
    assertThat(continued.parameters()).isEqualTo(whole.parameters());
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j <= i; j++) {
        assertThat(continued.accuracy().at(i, j)).isEqualTo(whole.accuracy().at(i, j));
      }
    }
    History history = History.read(out);
    assertThat(history.generations())
        .extracting(History.Generation::configuration)
        .containsExactly("config.yaml", "continued-1.yaml", "continued-2.yaml");
    assertThat(out.resolve("continued-2.yaml")).content().contains("third");
    assertThat(continued.conventions())
        .containsKeys("scenario.sha256", "scenario.2.sha256", "scenario.3.sha256");
  }

  /** What is answered is what the run's evaluation measured. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "class-incremental  | knowledge-retention | {type: experience-replay}",
        "task-incremental   | model-expansion     | {type: progressive-network}",
        "class-incremental  | model-expansion     | {type: expert-gate, gateHidden: 16, gateIterations: 200}",
      })
  void predictionsAreTheRunsOwn(String setting, String pipeline, String strategy)
      throws IOException {
    Path out = directory.resolve("out");
    RunResult result =
        run(
            """
            name: digits
            pipeline: %s
            scenario: {type: split, dataset: digits, tasks: 5, setting: %s}
            model: {type: mlp, hidden: [40]}
            training: {epochs: 4, batchSize: 32, optimizer: {type: adam, learningRate: 0.003}}
            strategies: [%s]
            """
                .formatted(pipeline, setting, strategy),
            out);
    List<float[]> images = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    EmbeddedDigits.test(images, labels);
    boolean known = setting.equals("task-incremental");
    try (LifelongModel model = PERENNIAL.open(out)) {
      assertThat(model.classes()).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
      assertThat(model.hasExperts()).isEqualTo(strategy.contains("expert-gate"));
      for (int task = 0; task < 5; task++) {
        int correct = 0;
        int all = 0;
        for (int n = 0; n < images.size(); n++) {
          if (labels.get(n) / 2 == task) {
            LifelongModel.Prediction answer = model.predict(images.get(n), known ? task : -1);
            correct += answer.name().equals(labels.get(n).toString()) ? 1 : 0;
            assertThat(answer.expert()).isBetween(-1, 4);
            assertThat(answer.expert() >= 0).isEqualTo(model.hasExperts());
            all++;
          }
        }
        assertThat((double) correct / all).isEqualTo(result.accuracy().at(4, task));
      }
      if (known) {
        assertThatThrownBy(() -> model.predict(images.get(0)))
            .isInstanceOf(InputException.class)
            .hasMessageContaining("--task")
            .hasMessageContaining("3 '4/5'");
      }
    }
  }

  @Test
  void aTableIsPreparedAsItWasInTraining() throws IOException {
    Path out = directory.resolve("out");
    RunResult result =
        run(
            machines(months("in", 1, 3), "domain-incremental", "knowledge-retention", "naive"),
            out);
    // Other columns' order, no class, a category that nobody knew, one column more.
    List<String> rows = Files.readAllLines(MACHINES.resolve("2024-03.csv"));
    List<String> file = new ArrayList<>(List.of("current,vibration,extra,site,temperature"));
    int correct = 0;
    for (String row : rows.subList(1, rows.size())) {
      String[] cells = row.split(",", -1);
      file.add(cells[3] + "," + cells[2] + ",x," + cells[0] + "," + cells[1]);
    }
    Path data = directory.resolve("new.csv");
    Files.write(data, file);
    try (LifelongModel model = PERENNIAL.open(out)) {
      List<String> answers = new ArrayList<>();
      long count =
          model.predict(
              data,
              UnlabelledData.Format.BY_NAME,
              -1,
              (n, probabilities, experts) -> {
                int classes = model.classes().size();
                for (int i = 0; i < n; i++) {
                  int best = 0;
                  for (int c = 1; c < classes; c++) {
                    best =
                        probabilities[i * classes + c] > probabilities[i * classes + best]
                            ? c
                            : best;
                  }
                  answers.add(model.classes().get(best));
                }
              });
      assertThat(count).isEqualTo(rows.size() - 1);
      for (int i = 0; i < answers.size(); i++) {
        correct += rows.get(i + 1).endsWith("," + answers.get(i)) ? 1 : 0;
      }
      // Four fifths of them were learned, one fifth measured.
      assertThat((double) correct / answers.size())
          .isBetween(result.accuracy().at(2, 2) - 0.1, 1.0)
          .isGreaterThan(0.8);
      Files.writeString(data, "site,temperature\nnorth,x\n");
      assertThatThrownBy(() -> model.predict(data, UnlabelledData.Format.CSV, -1, (n, p, e) -> {}))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("no column vibration, current");
      Files.writeString(data, "site,temperature,vibration,current\nnorth,x,1,2\nsouth,1,2,3\n");
      assertThatThrownBy(() -> model.predict(data, UnlabelledData.Format.CSV, -1, (n, p, e) -> {}))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("line 2, column 'temperature': 'x' is no finite number");
    }
  }

  @Test
  void learnsFromAProgramWhileItAnswers() throws Exception {
    Path out = directory.resolve("out");
    run(
        machines(months("in", 1, 1), "class-incremental", "knowledge-retention", "{type: ewc}"),
        out);
    try (LifelongModel model = PERENNIAL.open(out)) {
      assertThat(model.classes()).doesNotContain("melted");
      int width = (int) model.inputShape()[0];
      float[] example = new float[width];
      example[0] = 5;
      float[][] features = new float[60][width];
      int[] labels = new int[60];
      for (int n = 0; n < 60; n++) {
        features[n][0] = 5 + n / 100f;
      }
      ArrayExamples examples = ArrayExamples.copyOf(features, labels);
      DataSet melted =
          new DataSet("melted", model.inputShape(), List.of("melted"), examples, examples);
      String before = model.predict(example).name();
      AtomicInteger asked = new AtomicInteger();
      AtomicReference<Throwable> failure = new AtomicReference<>();
      RunListener asking =
          new RunListener() {
            @Override
            public void stepDone(Learner learner, double loss) {
              Thread other =
                  new Thread(
                      () -> {
                        try {
                          assertThat(model.predict(example).name()).isEqualTo(before);
                          asked.incrementAndGet();
                        } catch (Throwable e) {
                          failure.set(e);
                        }
                      });
              other.start();
              try {
                other.join();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            }
          };
      RunResult result = model.learn("melting", melted, asking).runs().get(0);
      assertThat(failure.get()).isNull();
      assertThat(asked.get()).isGreaterThan(3);
      assertThat(model.classes()).contains("melted");
      assertThat(model.predict(example).name()).isEqualTo("melted");
      assertThat(model.tasks()).containsExactly("2024-01", "melting");
      assertThat(result.accuracy().at(1, 0)).as("its data is still there").isNotNaN();
      // What a program handed over is not there any more when the model is taught again.
      RunResult third = learn(out, months("more", 3, 3));
      assertThat(third.accuracy().at(2, 1)).isNaN();
      assertThat(third.accuracy().at(2, 0)).isNotNaN();
      assertThat(third.warnings())
          .anyMatch(finding -> finding.toString().contains("task 'melting'"));
    }
  }

  @Test
  void oldDataMayBeGoneUnlessAStrategyKeepsIt() throws IOException {
    Path old = months("old", 1, 2);
    Path out = directory.resolve("out");
    run(machines(old, "domain-incremental", "knowledge-retention", "{type: ewc}"), out);
    Files.writeString(
        old.resolve("2024-01.csv"),
        Files.readString(old.resolve("2024-01.csv")).replace("north", "east"));
    RunResult result = learn(out, months("new", 3, 3));
    assertThat(result.accuracy().at(1, 0)).isNotNaN();
    assertThat(result.accuracy().at(2, 0)).isNaN();
    assertThat(result.accuracy().at(2, 2)).isGreaterThan(0.5);
    assertThat(result.warnings())
        .anyMatch(finding -> finding.toString().contains("it is not what it was"));

    Path joint = directory.resolve("joint");
    Path keeps = months("keeps", 1, 1);
    run(machines(keeps, "domain-incremental", "knowledge-retention", "joint"), joint);
    Files.delete(keeps.resolve("2024-01.csv"));
    String before = Files.readString(joint.resolve("results.json"));
    assertThatThrownBy(() -> learn(joint, months("next", 2, 2)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "joint: it trains on the examples of all tasks, and those of the tasks learned before,"
                + " '2024-01', are not at hand any more");
    assertThat(joint.resolve("results.json")).content().isEqualTo(before);
    assertThat(joint.resolve("continued-1.yaml")).doesNotExist();
  }

  @Test
  void killedWhileGoingOnTheEarlierStateIsStillInForce() throws IOException {
    Path out = directory.resolve("out");
    String yaml =
        machines(months("in", 1, 1), "domain-incremental", "knowledge-retention", "{type: ewc}");
    run(yaml, out);
    Path two = months("two", 2, 3);
    RunListener killer =
        new RunListener() {
          private int steps;

          @Override
          public void stepDone(Learner learner, double loss) {
            if (++steps == 3) {
              throw new IllegalStateException("killed");
            }
          }
        };
    float[] example = {1, 0, 0.5f, 0.5f, 0.5f};
    double[] before;
    try (LifelongModel model = PERENNIAL.open(out)) {
      before = model.predict(example).probabilities();
      assertThatThrownBy(() -> model.learn(two, killer)).isInstanceOf(RunFailedException.class);
      assertThat(model.predict(example).probabilities()).isEqualTo(before);
    }
    try (LifelongModel model = PERENNIAL.open(out)) {
      assertThat(model.predict(example).probabilities()).isEqualTo(before);
      assertThat(model.tasks()).containsExactly("2024-01");
    }
    RunListener later =
        new RunListener() {
          @Override
          public void stepDone(Learner learner, double loss) {
            if (learner.task().index() == 2) {
              throw new IllegalStateException("killed");
            }
          }
        };
    assertThatThrownBy(() -> PERENNIAL.learn(out, two, List.of(later)))
        .isInstanceOf(RunFailedException.class);
    // One of the two tasks was learned: first the other one, then something else.
    assertThatThrownBy(() -> learn(out, months("other", 1, 1)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("interrupted after 2 of 3 tasks")
        .hasMessageContaining("continued-1.yaml");
    RunResult end = learn(out, two);
    RunResult whole =
        run(
            machines(
                months("all", 1, 3), "domain-incremental", "knowledge-retention", "{type: ewc}"),
            directory.resolve("whole"));
    assertThat(end.parametersSha256()).isEqualTo(whole.parametersSha256());
  }

  @Test
  void whatCannotBeLearnedIsRefusedBeforeAnythingIsWritten() throws IOException {
    Path out = directory.resolve("out");
    run(machines(months("in", 1, 1), "domain-incremental", "knowledge-retention", "naive"), out);
    String history = Files.readString(out.resolve("history.json"));
    Path tasks = directory.resolve("tasks.yaml");
    Files.writeString(tasks, "scenario: {type: split, dataset: digits, tasks: 5}\nmodel: mlp\n");
    assertThatThrownBy(() -> learn(out, tasks))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("tasks.yaml:2:1: 'model' cannot be changed");
    Files.writeString(tasks, "scenario: {type: split, dataset: digits, tasks: 5}\n");
    assertThatThrownBy(() -> learn(out, tasks))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("have the shape [1, 8, 8], but the model was taught with");
    Path other = months("other", 2, 2);
    Files.writeString(
        other.resolve("2024-02.csv"),
        Files.readString(other.resolve("2024-02.csv")).replace("vibration", "noise"));
    assertThatThrownBy(() -> learn(out, other))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("[site, temperature, noise, current], but the model was taught with");
    Path setting = directory.resolve("setting.yaml");
    Files.writeString(
        setting,
        "scenario: {type: csv-tasks, path: '%s', columns: {label: state, categorical: [site]}, setting: class-incremental}"
            .formatted(months("set", 3, 3).toAbsolutePath()));
    assertThatThrownBy(() -> learn(out, setting))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("taught in the setting domain-incremental");
    assertThat(out.resolve("history.json")).content().isEqualTo(history);
    assertThat(out.resolve("continued-1.yaml")).doesNotExist();
    Files.writeString(out.resolve("history.json"), history.replace("2024-01", "2024-09"));
    assertThatThrownBy(() -> learn(out, months("late", 2, 2)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("history.json: sha256: it is not that of what stands there");
  }
}
