package io.perennial.runner.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.Artefact;
import io.perennial.api.InputException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsWriterTest {
  @TempDir Path directory;

  @Test
  void theStructureOfResultsJson() throws IOException {
    new ResultsWriter(directory).write(Fixtures.complete(1, 0.96));
    assertThat(Files.readString(directory.resolve("results.json")))
        .isEqualToIgnoringNewLines(
            """
            {
              "name" : "two tasks <script>",
              "status" : "complete",
              "seed" : 1,
              "pipeline" : "knowledge-retention",
              "setting" : "task-incremental",
              "tasks" : [ "0/1", "2, \\"3\\"" ],
              "strategies" : [ "ewc" ],
              "accuracyMatrix" : [ [ 0.98, null ], [ 0.95, 0.97 ] ],
              "untrainedAccuracy" : [ 0.1, null ],
              "curves" : {
                "every" : 50,
                "taskSteps" : [ 80, 170 ],
                "steps" : [ 0, 50, 80, 130 ],
                "accuracy" : [ [ 0.1, null ], [ 0.97, null ], [ 0.98, null ], [ 0.5, 0.9 ] ]
              },
              "metrics" : {
                "averageAccuracy" : 0.96,
                "forwardTransfer" : null
              },
              "missingMetrics" : {
                "forwardTransfer" : "R[0][1] was not measured"
              },
              "formulas" : {
                "averageAccuracy" : "ACC",
                "forwardTransfer" : "FWT"
              },
              "parameters" : [ 100, 120 ],
              "parametersSha256" : "ab01",
              "seconds" : {
                "load" : 0.5,
                "train" : 1.0,
                "consolidate" : 0.25,
                "evaluate" : 0.125,
                "total" : 1.375,
                "cpu" : 1.5
              },
              "environment" : {
                "java" : "17",
                "threads" : 2
              },
              "conventions" : {
                "ewc.fisher" : "empirical"
              },
              "warnings" : [ {
                "severity" : "warning",
                "subject" : "ewc",
                "reason" : "it forgets.",
                "remedy" : "Do not."
              } ]
            }""");
  }

  @Test
  void accuracyCsvHasARowForEachTaskAndEmptyFieldsForWhatIsMissing() throws IOException {
    new ResultsWriter(directory).write(Fixtures.complete(1, 0.96));
    assertThat(directory.resolve("accuracy.csv"))
        .hasContent("after task,0/1,\"2, \"\"3\"\"\"\n0/1,0.98,\n\"2, \"\"3\"\"\",0.95,0.97\n");
  }

  @Test
  void theResultReadBackIsTheOneWritten() {
    RunResult written = Fixtures.run(7, RunResult.Status.FAILED, 0.1 + 0.2, "NaN in the loss");
    new ResultsWriter(directory).write(written);
    RunResult read = new ResultsReader().read(directory);
    assertThat(read)
        .usingRecursiveComparison()
        .withComparatorForType(Double::compare, Double.class)
        .isEqualTo(written);
  }

  @Test
  void artefactsStayInTheirDirectoryWhateverTheyAreCalled() throws IOException {
    Artefact table =
        new Artefact.Table("../../up", "t", List.of("a", "b"), List.of(List.of("x,y", 1.5)));
    Artefact twin = new Artefact.Table("up", "t", List.of("a"), List.of());
    Artefact matrix =
        new Artefact.Matrix(
            "gate", "t", List.of("r"), List.of("c", "d"), new double[][] {{0.5, Double.NaN}});
    Artefact image = new Artefact.Image("digit", "t", new float[][] {{0, 0.5f, 1}, {2, -1, 1}});
    new ResultsWriter(directory)
        .write(
            Fixtures.with(
                Fixtures.complete(1, 0.5), Map.of("../ewc", List.of(table, twin, matrix, image))));

    Path folder = directory.resolve("artefacts/ewc");
    assertThat(folder.resolve("up.csv")).hasContent("a,b\n\"x,y\",1.5\n");
    assertThat(folder.resolve("up-2.csv")).hasContent("a\n");
    assertThat(folder.resolve("gate.csv")).hasContent(",c,d\nr,0.5,\n");
    BufferedImage read = ImageIO.read(folder.resolve("digit.png").toFile());
    assertThat(read.getRaster().getPixels(0, 0, 3, 2, (int[]) null))
        .containsExactly(0, 128, 255, 255, 0, 255);
  }

  @Test
  void theListOfArtefactsKeepsWhatAnInterruptedProcessWrote() throws IOException {
    Artefact early = new Artefact.Table("early", "before", List.of("a"), List.of());
    Artefact late = new Artefact.Table("late", "after", List.of("a"), List.of());
    new ResultsWriter(directory)
        .write(Fixtures.with(Fixtures.complete(1, 0.5), Map.of("ewc", List.of(early))));
    new ResultsWriter(directory)
        .write(Fixtures.with(Fixtures.complete(1, 0.5), Map.of("ewc", List.of(late))));
    Path index = directory.resolve("artefacts/index.json");
    assertThat(index).content().containsSubsequence("ewc/early.csv", "ewc/late.csv");

    Files.writeString(index, "[{");
    new ResultsWriter(directory)
        .write(Fixtures.with(Fixtures.complete(1, 0.5), Map.of("ewc", List.of(late))));
    assertThat(index).content().contains("ewc/late.csv").doesNotContain("early");
  }

  @Test
  void nothingTemporaryIsLeftAndRewritingReplaces() throws IOException {
    ResultsWriter writer = new ResultsWriter(directory);
    writer.write(Fixtures.run(1, RunResult.Status.RUNNING, 0.1, ""));
    writer.write(Fixtures.complete(1, 0.9));
    assertThat(new ResultsReader().read(directory).status()).isEqualTo(RunResult.Status.COMPLETE);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("results.json", "accuracy.csv");
    }
  }

  @Test
  void aDirectoryThatCannotBeIsNamed() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> new ResultsWriter(file).write(Fixtures.complete(1, 0.9)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("Cannot write " + file.resolve("accuracy.csv"));
  }

  @Test
  void severalSeedsHaveMeanAndStandardErrorOverTheCompleteOnes() throws IOException {
    List<RunResult> runs =
        List.of(
            Fixtures.complete(1, 0.9),
            Fixtures.complete(2, 0.8),
            Fixtures.run(3, RunResult.Status.FAILED, 0.1, "NaN"));
    for (RunResult run : runs) {
      new ResultsWriter(directory.resolve(ResultsWriter.seedDirectory(run.seed()))).write(run);
    }
    Results results = Results.of(runs, Map.of(4L, "no data"));
    new ResultsWriter(directory).writeSummary("four seeds", results, 4);

    assertThat(Files.readString(directory.resolve("results.json")))
        .contains("\"status\" : \"failed\"", "\"seeds\" : [ 1, 2, 3 ]")
        .contains("\"directory\" : \"seed-3\"", "\"failure\" : \"NaN\"")
        .contains("\"interval95\" : {\n    \"averageAccuracy\" : [ 0.21", " 1.48")
        .contains("\"directory\" : null,\n    \"seed\" : 4,\n    \"status\" : \"failed\"")
        .contains("\"forwardTransfer\" : null");
    Results read = new ResultsReader().readAll(directory);
    assertThat(read.runs()).hasSize(3);
    assertThat(read.failed()).containsExactly(Map.entry(4L, "no data"));
    assertThat(Fixtures.value(read.mean(), "averageAccuracy").number()).isEqualTo((0.9 + 0.8) / 2);
    assertThatThrownBy(() -> new ResultsReader().read(directory))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("these are the results of several seeds");
  }

  @Test
  void aSummaryIsRunningUntilEverySeedAndOrderHasRun() throws IOException {
    ResultsWriter writer = new ResultsWriter(directory);
    Results one = Results.of(List.of(Fixtures.complete(1, 0.9)));
    Path file = directory.resolve("results.json");
    for (Results results : List.of(Results.of(List.of()), one)) {
      writer.writeSummary("two seeds", results, 2);
      assertThat(Files.readString(file))
          .contains("\"name\" : \"two seeds\",\n  \"status\" : \"running\"");
    }
    writer.writeSummary("one seed", one, 1);
    assertThat(Files.readString(file))
        .contains("\"name\" : \"one seed\",\n  \"status\" : \"complete\"");
    writer.writeOrders("two orders", List.of(one), 2);
    assertThat(Files.readString(file))
        .contains("\"name\" : \"two orders\",\n  \"status\" : \"running\"");
    writer.writeOrders("one order", List.of(one), 1);
    assertThat(Files.readString(file))
        .contains("\"name\" : \"one order\",\n  \"status\" : \"complete\"");
  }

  @Test
  void damagedResultsAreRefusedWithThePlace() throws IOException {
    Path file = directory.resolve("results.json");
    assertRefused("there is no such file");
    Files.writeString(file, "{\"name\": ");
    assertRefused("is not JSON");
    Files.writeString(file, "[]");
    assertRefused("a JSON object was expected");
    new ResultsWriter(directory).write(Fixtures.complete(1, 0.9));
    String good = Files.readString(file);
    Files.writeString(file, good.replace("\"complete\"", "\"perfect\""));
    assertRefused("status: 'perfect' is not one of [running, failed, complete]");
    Files.writeString(file, good.replace("[ 0.98, null ], ", ""));
    assertRefused("accuracyMatrix: 1 rows, but there are 2 tasks");
    Files.writeString(file, good.replace("\"steps\" : [ 0, 50,", "\"steps\" : [ 0, 90,"));
    assertRefused("curves.steps: they must ascend");
    Files.writeString(file, good.replace("[ 0.1, null ], [ 0.97", "[ 0.97"));
    assertRefused("curves.accuracy: 3 rows, but there are 4 steps");
    Files.writeString(file, good.replace("\"seed\" : 1", "\"seed\" : \"x\""));
    assertRefused("seed: a whole number was expected");
  }

  private void assertRefused(String reason) {
    assertThatThrownBy(() -> new ResultsReader().read(directory))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(directory.resolve("results.json").toString())
        .hasMessageContaining(reason);
  }
}
