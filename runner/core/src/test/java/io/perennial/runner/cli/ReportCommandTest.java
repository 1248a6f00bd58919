package io.perennial.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReportCommandTest {
  /** What a run of one task writes at least. */
  private static final String RESULTS =
      """
      {"name": "one <b>", "status": "complete", "seed": 1, "pipeline": "knowledge-retention",
       "setting": "class-incremental", "tasks": ["a"], "strategies": ["naive"],
       "accuracyMatrix": [[0.5]], "untrainedAccuracy": [null], "metrics": {"averageAccuracy": 0.5},
       "missingMetrics": {}, "formulas": {"averageAccuracy": "ACC"}, "parameters": [3],
       "parametersSha256": "00", "environment": {}, "conventions": {}, "warnings": [],
       "seconds": {"load": 1, "train": 2, "consolidate": 0, "evaluate": 1, "total": 3, "cpu": null}}
      """;

  @TempDir private Path directory = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(Object... arguments) {
    CommandLine command =
        Main.commandLine(
            new Main(
                (threads, plugins) -> {
                  throw new AssertionError("A report needs no engine");
                }));
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return command.execute(Stream.of(arguments).map(Object::toString).toArray(String[]::new));
  }

  private Path run(String name) throws IOException {
    Path run = Files.createDirectories(directory.resolve(name));
    Files.writeString(run.resolve("results.json"), RESULTS);
    return run;
  }

  @Test
  void oneRunsReportStandsBesideItsResults() throws IOException {
    Path run = run("run");
    assertThat(execute("report", run)).isZero();
    assertThat(out.toString()).contains("Report: " + run.resolve("report.html"));
    assertThat(run.resolve("report.html")).content().contains("one &lt;b&gt;");
  }

  @Test
  void severalGoWhereTheyAreTold() throws IOException {
    Path file = directory.resolve("deep/comparison.html");
    assertThat(execute("report", run("a"), run("b"), "--out", file)).isZero();
    assertThat(file).content().contains("<th scope=\"row\">a</th>", "<th scope=\"row\">b</th>");
  }

  @Test
  void nothingIsWrittenWhenADirectoryIsWrong() throws IOException {
    Path file = directory.resolve("comparison.html");
    Path gone = directory.resolve("gone");
    assertThat(execute("report", run("a"), gone, "--out", file)).isEqualTo(2);
    assertThat(err.toString()).contains("error: " + gone + ": there is no such directory");
    assertThat(file).doesNotExist();
  }

  @Test
  void portsThatCannotBeAreRefused() throws IOException {
    Path file = Files.writeString(directory.resolve("mine.yaml"), "name: x\n");
    assertThat(execute("run", file, "--live-port", 70_000)).isEqualTo(2);
    assertThat(err.toString()).contains("--live-port must be from 0 to 65535, not 70000");
    assertThat(execute("run", file, "--live-address", "no such host")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--live-address must be an address or a name of this machine")
        .contains("not 'no such host'");
    assertThat(execute("run", file, "--live-address", "")).isEqualTo(2);
  }
}
