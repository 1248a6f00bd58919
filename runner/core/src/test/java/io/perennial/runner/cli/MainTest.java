package io.perennial.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.AccuracyCurve;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Examples;
import io.perennial.api.Finding;
import io.perennial.api.InputException;
import io.perennial.api.Metric;
import io.perennial.api.RunListener;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import io.perennial.runner.LifelongModel;
import io.perennial.runner.RunOptions;
import io.perennial.runner.config.ConfigurationReader;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.fixtures.FakePlugin;
import io.perennial.runner.inspection.Inspection;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.RunResult;
import io.perennial.runner.result.Seconds;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Exit codes and what is printed, with an engine that only remembers what it was asked. */
class MainTest {
  @TempDir private Path directory = Path.of("");
  private Path file = Path.of("");

  private final List<RunConfiguration> ran = new ArrayList<>();
  private final List<RunOptions> options = new ArrayList<>();
  private final List<Integer> threads = new ArrayList<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private List<Finding> findings = List.of();
  private Inspection inspection =
      new Inspection(
          Setting.TASK_INCREMENTAL,
          Scenario.Boundaries.SHARP,
          List.of(),
          List.of(),
          List.of(),
          List.of());
  private RuntimeException failure = new IllegalStateException("none");
  private boolean fails;

  /** Answers without training. */
  private final class FakeEngine implements Engine {
    @Override
    public Registry extensions() {
      return Registry.of(new FakePlugin());
    }

    @Override
    public RunConfiguration read(Path from, List<String> overrides) {
      return new ConfigurationReader(extensions()).read(from, overrides);
    }

    @Override
    public RunConfiguration parse(String yaml) {
      // The examples' settings are the real plugins'; what counts here is their strategy.
      String strategy = yaml.contains("joint") ? "joint" : "naive";
      return new ConfigurationReader(extensions())
          .parse(configuration().replace("naive", strategy), "configuration");
    }

    @Override
    public List<Finding> check(RunConfiguration configuration) {
      return findings;
    }

    @Override
    public Inspection inspect(RunConfiguration configuration) {
      return inspection;
    }

    @Override
    public void stop() {
      throw new AssertionError("nobody interrupts these runs");
    }

    @Override
    public Results run(RunConfiguration configuration, RunOptions given) {
      ran.add(configuration);
      options.add(given);
      if (fails) {
        throw failure;
      }
      return Results.of(configuration.allSeeds().stream().map(seed -> result(seed)).toList());
    }

    @Override
    public void limitMemory(long bytes) {
      throw new UnsupportedOperationException("This engine has no limit");
    }

    @Override
    public LifelongModel open(Path directory) {
      throw new UnsupportedOperationException("This engine has no model");
    }

    @Override
    public Results learn(Path directory, Path tasks, List<RunListener> listeners) {
      throw new UnsupportedOperationException("This engine has no model");
    }

    @Override
    public void close() {}
  }

  private static String configuration() {
    return """
    name: a run
    pipeline: knowledge-retention
    scenario: {type: split, dataset: digits, tasks: 2}
    model: mlp
    strategies: [naive]
    """;
  }

  private static RunResult result(long seed) {
    AccuracyMatrix accuracy = new AccuracyMatrix(List.of("0/1", "2/3"));
    accuracy.setUntrained(0, 0.5);
    accuracy.set(0, 0, 0.98);
    accuracy.set(0, 1, 0.5);
    accuracy.set(1, 0, 0.9);
    accuracy.set(1, 1, 1);
    Map<String, Metric.Value> metrics = new LinkedHashMap<>();
    metrics.put("averageAccuracy", Metric.Value.of(0.95 + 0.001 * seed));
    metrics.put("forwardTransfer", Metric.Value.missing("there is no untrained accuracy"));
    return new RunResult(
        "a run",
        RunResult.Status.COMPLETE,
        seed,
        io.perennial.api.Pipeline.KNOWLEDGE_RETENTION,
        Setting.TASK_INCREMENTAL,
        accuracy,
        new AccuracyCurve(2, 0),
        List.of("naive"),
        metrics,
        Map.of("averageAccuracy", "ACC = 1/T * sum_j R[T][j]", "forwardTransfer", "FWT = ..."),
        List.of(100L, 100L),
        "",
        new Seconds(0.5, 1, 0.25, 0.25, 1.5),
        Map.of(),
        Map.of(),
        List.of(Finding.warning("naive", "forgets.", "")),
        "",
        Map.of());
  }

  @BeforeEach
  void write() throws IOException {
    file = directory.resolve("run.yaml");
    Files.writeString(file, configuration());
  }

  private int execute(String... arguments) {
    Main main =
        new Main(
            (n, plugins) -> {
              threads.add(n);
              return new FakeEngine();
            });
    return Main.commandLine(main)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
        .execute(arguments);
  }

  private String run() {
    return file.toString();
  }

  @Test
  void helpNamesEveryCommandAndStartsNoEngine() {
    assertThat(execute("--help")).isZero();
    assertThat(out.toString())
        .contains("demo", "run", "check", "data", "list", "describe", "schema")
        .containsPattern(" 2 +the input was wrong; nothing was started or written");
    assertThat(threads).isEmpty();
  }

  @Test
  void usageErrors() {
    assertThat(execute()).isEqualTo(2);
    assertThat(execute("descrbe")).isEqualTo(2);
    assertThat(execute("run")).isEqualTo(2);
    assertThat(execute("run", run(), "--threads", "0")).isEqualTo(2);
    assertThat(execute("run", run(), "--threads", "two")).isEqualTo(2);
    assertThat(execute("predict", "run", "data.csv", "--threads", "0")).isEqualTo(2);
    assertThat(execute("continue", "run", "tasks.yaml", "--threads", "0")).isEqualTo(2);
    assertThat(execute("run", run(), "--resume")).isEqualTo(2);
    assertThat(err.toString())
        .contains("Missing required subcommand")
        .contains("Did you mean: perennial describe")
        .contains("Missing required parameter: 'CONFIG'")
        .contains("--threads must be at least 1, not 0")
        .contains("--resume needs --out DIR");
    assertThat(ran).isEmpty();
  }

  @Test
  void aLiveReportForOthersIsWarnedOf() {
    String results = directory.resolve("out").toString();
    assertThat(execute("run", run(), "--out", results, "--live")).isZero();
    assertThat(err.toString()).contains("Live report: http://localhost:").doesNotContain("Warning");
    assertThat(execute("run", run(), "--out", results, "--live-address", "0.0.0.0")).isZero();
    assertThat(err.toString())
        .contains("Warning: this address is not for this machine alone. Whoever reaches it reads");
  }

  @Test
  void runPrintsTheMatrixTheMetricsAndTheDirectory() {
    Path results = directory.resolve("out");
    assertThat(execute("run", run(), "--out", results.toString(), "--quiet", "--threads", "2"))
        .isZero();
    assertThat(out.toString())
        .isEqualToNormalizingNewlines(
            """
            warning: naive: forgets.

            Test accuracy in % on the task of the column after learning the task of the row
                          0/1    2/3
            (untrained)  50.0      -
            0/1          98.0   50.0
            2/3          90.0  100.0

            metric            value
            averageAccuracy  0.9510  ACC = 1/T * sum_j R[T][j]
            forwardTransfer       -  FWT = ...
            forwardTransfer: there is no untrained accuracy

            1.50 s: training 1.00, consolidating 0.25, evaluating 0.25 (and loading 0.50)
            Results: OUT
            """
                .replace("OUT", results.toString()));
    assertThat(err.toString()).isEmpty();
    assertThat(threads).containsExactly(2);
    assertThat(options.get(0).resume()).isFalse();
    assertThat(options.get(0).out()).isEqualTo(results);
  }

  @Test
  void overridesReachTheConfiguration() {
    assertThat(execute("run", run(), "--set", "training.epochs=7", "--set", "seeds=[4, 5]"))
        .isZero();
    assertThat(ran.get(0).training().epochs()).isEqualTo(7);
    assertThat(ran.get(0).allSeeds()).containsExactly(4L, 5L);
    assertThat(options.get(0).out().toString()).matches("runs.a-run-\\d{8}-\\d{6}");
    assertThat(out.toString()).contains("mean of 2 runs").contains("0.9545 ± 0.0005");
  }

  @Test
  void resume() {
    assertThat(execute("run", run(), "--out", directory.toString(), "--resume")).isZero();
    assertThat(options.get(0).resume()).isTrue();
  }

  @Test
  void badInputListsEveryProblemAndExitsWith2() throws IOException {
    Files.writeString(file, configuration().replace("tasks: 2", "tasks: 0").replace("mlp", "mpl"));
    assertThat(execute("run", run())).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly(
            "error: " + file + ":3:49: scenario.tasks: must be at least 1, not 0.",
            "error: "
                + file
                + ":4:8: model: there is no model 'mpl'. Did you mean 'mlp'? Available: mlp.",
            "2 problems; nothing was started.");
    assertThat(ran).isEmpty();
    assertThat(execute("check", directory.resolve("none.yaml").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("none.yaml: does not exist.");
  }

  @Test
  void inputThatTheRunFindsWrong() {
    fails = true;
    failure = new InputException(List.of("the directory is not empty"));
    assertThat(execute("run", run(), "--quiet")).isEqualTo(2);
    assertThat(err.toString()).startsWith("error: the directory is not empty");
  }

  @Test
  void unexpectedErrorsExitWith1AndKeepTheirTrace() throws IOException {
    fails = true;
    failure = new IllegalStateException("a mistake of ours");
    assertThat(execute("run", run(), "--quiet")).isEqualTo(1);
    List<String> lines = err.toString().lines().toList();
    assertThat(lines.get(0))
        .isEqualTo("error: unexpected error: java.lang.IllegalStateException: a mistake of ours");
    assertThat(lines.get(1)).startsWith("The details are in ");
    Path log = Path.of(lines.get(1).substring("The details are in ".length()));
    assertThat(log).content().contains("at io.perennial");
    Files.delete(log);
  }

  @Test
  void aFailureWithALogNamesTheLog() throws IOException {
    fails = true;
    failure = new IllegalStateException("the loss is NaN");
    Path log = directory.resolve("run.log");
    Files.writeString(log, "details");
    assertThat(execute("run", run(), "--quiet", "--out", directory.toString())).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly("error: the loss is NaN", "The log is " + log);
  }

  @Test
  void check() {
    assertThat(execute("check", run())).isZero();
    findings = List.of(Finding.warning("ewc", "knows little.", "Expect 20 %."));
    assertThat(execute("check", run())).isZero();
    findings = List.of(Finding.error("router", "there are two.", "Remove one."));
    assertThat(execute("check", run())).isEqualTo(2);
    assertThat(out.toString().lines())
        .containsExactly(
            file + ": can run.",
            "warning: ewc: knows little. Expect 20 %.",
            file + ": can run.",
            "error: router: there are two. Remove one.",
            file + ": cannot run.");
    assertThat(ran).isEmpty();
  }

  /** Two tasks of two images each: black and white, and one that the test part has, too. */
  private static Scenario images() {
    float[][] pixels = {{0, 0, 0, 0}, {1, 1, 1, 1}, {0, 1, 0, 1}};
    int[] labels = {0, 1, 0};
    Examples all =
        new Examples() {
          @Override
          public int size() {
            return pixels.length;
          }

          @Override
          public int label(int index) {
            return labels[index];
          }

          @Override
          public void read(int index, float[] destination, int offset) {
            System.arraycopy(pixels[index], 0, destination, offset, 4);
          }
        };
    Task task =
        new Task(
            0,
            "black / white",
            new long[] {1, 2, 2},
            new int[] {0, 1},
            all.select(new int[] {0, 1}),
            all.select(new int[0]),
            all.select(new int[] {1, 2}));
    return new Scenario() {
      @Override
      public Setting setting() {
        return Setting.DOMAIN_INCREMENTAL;
      }

      @Override
      public List<String> classNames() {
        return List.of("mostly black", "white");
      }

      @Override
      public List<Task> tasks() {
        return List.of(task);
      }
    };
  }

  @Test
  void dataIsShownAndItsMistakesAreTold() {
    inspection = Inspection.of(images());
    assertThat(execute("data", run())).isZero();
    assertThat(out.toString())
        .isEqualToNormalizingNewlines(
            """
            1 task, domain-incremental, sharp borders

            task           training  validation  test  classes  shape      smallest  largest  missing  not finite  constant
            black / white         2           0     2        2  [1, 2, 2]     0.000    1.000        0           0         0

            task 'black / white', examples of each class:
            class         training   share  validation  test
            mostly black         1  50.0 %           0     1
            white                1  50.0 %           0     1

            warning: task 'black / white': 1 of its 2 training examples are test examples, too (of any task), such as training example 1, so what is measured is partly what was learned by heart. Remove them from one of the two.
            """);
    assertThat(threads).containsExactly(1);
    assertThat(ran).isEmpty();
  }

  @Test
  void dataForProgramsAndSheets() throws IOException {
    inspection = Inspection.of(images());
    Path sheets = directory.resolve("sheets");
    assertThat(execute("data", run(), "--json", "--out", sheets.toString())).isZero();
    JsonNode json = new JsonMapper().readTree(out.toString());
    assertThat(json.get("tasks").get(0).get("classes").get(1).get("test").asInt()).isEqualTo(1);
    assertThat(json.get("tasks").get(0).get("classes").get(1).get("name").asString())
        .isEqualTo("white");
    assertThat(json.get("findings").get(0).get("severity").asString()).isEqualTo("warning");
    assertThat(new JsonMapper().readTree(Files.readAllBytes(sheets.resolve("data.json"))))
        .isEqualTo(json);
    BufferedImage sheet = ImageIO.read(sheets.resolve("task-1-black-white.png").toFile());
    // A row a class with the paper between: the first pixels of both classes' first images.
    assertThat(sheet.getHeight()).isEqualTo(2 + 2 * (2 + 2));
    assertThat(sheet.getRaster().getSample(2, 2, 0)).isZero();
    assertThat(sheet.getRaster().getSample(2, 6, 0)).isEqualTo(255);
    assertThat(sheet.getRaster().getSample(1, 1, 0)).isEqualTo(255);
  }

  @Test
  void dataThatARunWouldRefuseExitsWith2() {
    inspection =
        new Inspection(
            Setting.TASK_INCREMENTAL,
            Scenario.Boundaries.SHARP,
            List.of(),
            List.of(),
            List.of(),
            List.of(Finding.error("task 'a'", "is broken.", "")));
    assertThat(execute("data", run())).isEqualTo(2);
    assertThat(out.toString()).contains("error: task 'a': is broken.");
  }

  @Test
  void list() {
    assertThat(execute("list")).isZero();
    assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " ")))
        .startsWith(
            "kind name version jar API status",
            "strategy ewc development test-classes 0.1 available")
        .contains("dataset digits development test-classes 0.1 available");
  }

  @Test
  void listForPrograms() {
    assertThat(execute("list", "--json")).isZero();
    JsonNode json = new JsonMapper().readTree(out.toString());
    assertThat(json.get("extensions").size()).isEqualTo(12);
    assertThat(json.get("extensions").get(0).get("name").asString()).isEqualTo("ewc");
    assertThat(json.get("refused").size()).isZero();
  }

  @Test
  void describe() {
    assertThat(execute("describe", "ewc")).isZero();
    assertThat(out.toString())
        .isEqualToNormalizingNewlines(
            """
            strategy ewc
              Holds what mattered.
              Paper: arXiv 1612.00796
              Needs: task boundaries
              From test-classes, version development

              lambda: number, at least 0; required
                  Weight of the penalty.
                  Paper: eq. 3

              fisher: exact | empirical | batch-mean; default empirical
                  The estimate.

              online: true or false; default false
                  One running estimate.

              decay: number, from 0 to 1; default 1.0
                  How much of it is kept.
            """);
    assertThat(execute("describe", "digit")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("error: there is no extension 'digit'. Did you mean 'digits'?");
  }

  @Test
  void schema() {
    assertThat(execute("schema")).isZero();
    assertThat(new JsonMapper().readTree(out.toString()).get("$defs").has("strategy-ewc-settings"))
        .isTrue();
  }

  @Test
  void demoComparesThreeStrategies() {
    assertThat(execute("demo", "--quiet", "--out", directory.resolve("demo").toString())).isZero();
    assertThat(ran).hasSize(3).allMatch(run -> run.allSeeds().equals(List.of(1L, 2L, 3L)));
    assertThat(options)
        .extracting(given -> String.valueOf(given.out().getFileName()))
        .containsExactly("naive", "ewc", "joint");
    assertThat(out.toString())
        .contains("naive      0.9520 ± 0.0006           -     4.50  just goes on: the lower bound")
        .endsWith("Results: " + directory.resolve("demo") + System.lineSeparator());
  }
}
