package io.perennial.runner.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.perennial.api.AccuracyCurve;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.InputException;
import io.perennial.api.Metric;
import io.perennial.api.Pipeline;
import io.perennial.api.Setting;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.ResultsWriter;
import io.perennial.runner.result.RunResult;
import io.perennial.runner.result.Seconds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
  private static final List<String> ACCURACY = List.of("averageAccuracy");

  @TempDir Path directory;

  private static RunResult run(
      String strategy, String scenario, long seed, double accuracy, RunResult.Status status) {
    AccuracyMatrix matrix = new AccuracyMatrix(List.of("a|b", "c"));
    matrix.set(0, 0, accuracy + 0.05);
    matrix.set(1, 0, accuracy - 0.05);
    matrix.set(1, 1, accuracy + 0.05);
    return new RunResult(
        "the <script>alert(1)</script> run of " + strategy,
        status,
        seed,
        Pipeline.KNOWLEDGE_RETENTION,
        Setting.CLASS_INCREMENTAL,
        matrix,
        new AccuracyCurve(2, 0),
        List.of(strategy),
        Map.of("averageAccuracy", Metric.Value.of(accuracy)),
        Map.of("averageAccuracy", "ACC"),
        List.of(100L, 200L),
        "",
        new Seconds(0, 1, 2, 3, 4),
        Map.of(),
        scenario.isEmpty() ? Map.of() : Map.of(RunResult.SCENARIO, scenario + seed),
        List.of(),
        status == RunResult.Status.FAILED ? "it diverged" : "",
        Map.of());
  }

  /** One seed after the other from 1 on. */
  private Path write(String name, String strategy, String scenario, double... accuracies) {
    List<RunResult> runs = new ArrayList<>();
    for (int i = 0; i < accuracies.length; i++) {
      runs.add(run(strategy, scenario, i + 1, accuracies[i], RunResult.Status.COMPLETE));
    }
    return write(name, runs);
  }

  private Path write(String name, List<RunResult> runs) {
    Path out = directory.resolve(name);
    for (RunResult run : runs) {
      new ResultsWriter(out.resolve(ResultsWriter.seedDirectory(run.seed()))).write(run);
    }
    new ResultsWriter(out).writeSummary(name, Results.of(runs), runs.size());
    return out;
  }

  private static Section tests(Comparison comparison) {
    return comparison.sections(ACCURACY).stream()
        .filter(section -> section.title().contains("paired"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void seedsArePairedWhateverTheirOrder() {
    Path first = write("first", "ewc", "s", 0.90, 0.80, 0.85, 0.95, 0.70, 0.75, 0.88);
    List<RunResult> others = new ArrayList<>();
    double[] values = {0.80, 0.71, 0.74, 0.86, 0.62, 0.63, 0.79};
    for (int i = values.length - 1; i >= 0; i--) {
      others.add(run("naive", "s", i + 1, values[i], RunResult.Status.COMPLETE));
    }
    Section section = tests(Comparison.of(List.of(first, write("second", others))));
    List<Object> row = section.rows().get(0);
    assertThat(row.subList(0, 3)).containsExactly("ewc", "naive", 7);
    assertThat((Double) row.get(3)).isCloseTo(0.68 / 7, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(row.get(row.size() - 1)).isEqualTo("first is higher");
    assertThat(section.notes()).noneMatch(note -> note.contains("Too few"));
  }

  @Test
  void tooFewSeedsAreSaidToBeTooFew() {
    Section section =
        tests(
            Comparison.of(
                List.of(
                    write("a", "ewc", "s", 0.90, 0.91, 0.95),
                    write("b", "naive", "s", 0.50, 0.52, 0.53))));
    assertThat(section.notes())
        .anyMatch(
            note ->
                note.contains(
                    "with 3 it cannot fall below p = 0.250 after correction, however large the"
                        + " difference; it takes 6."));
    assertThat(section.rows().get(0).get(11))
        .isEqualTo("first is higher, if differences are normal");
    Section single =
        tests(Comparison.of(List.of(write("c", "ewc", "t", 0.9), write("d", "naive", "t", 0.5))));
    assertThat(single.rows().get(0).get(11)).isEqualTo("one seed: no test");
  }

  @Test
  void runsOfOtherScenariosAreNotPaired() {
    Comparison comparison =
        Comparison.of(
            List.of(
                write("a", "ewc", "s", 0.9, 0.8),
                write("b", "naive", "s", 0.5, 0.6),
                write("c", "naive", "t", 0.5, 0.6)));
    assertThat(comparison.scenarios()).hasSize(2);
    assertThat(comparison.sections(ACCURACY))
        .filteredOn(section -> section.title().contains("paired"))
        .hasSize(1);
    assertThat(TableFormat.TEXT.write(comparison.sections(ACCURACY)))
        .contains("naive is compared with none: no other directory saw the same tasks");
  }

  @Test
  void strategiesAreRankedOverTheScenariosTheyShare() {
    List<Path> paths = new ArrayList<>();
    for (String scenario : List.of("s", "t", "u")) {
      paths.add(write(scenario + 1, "ewc", scenario, 0.9, 0.8));
      paths.add(write(scenario + 2, "naive", scenario, 0.5, 0.6));
      paths.add(write(scenario + 3, "joint", scenario, 0.95, 0.96));
    }
    List<Section> sections = Comparison.of(paths).sections(ACCURACY);
    Section ranks = sections.get(sections.size() - 1);
    assertThat(ranks.title()).isEqualTo("Ranks over 3 scenarios by averageAccuracy, highest first");
    assertThat(ranks.rows()).hasSize(3);
    assertThat(ranks.rows().get(0).subList(0, 4)).containsExactly("ewc", 2.0, "naive", 3.0);
    assertThat(ranks.notes()).anyMatch(note -> note.contains("3 scenarios are few"));
  }

  private Path write(
      String name, String strategy, String settings, String scenario, double... accuracies)
      throws IOException {
    Path out = write(name, strategy, scenario, accuracies);
    Files.writeString(
        out.resolve("config.yaml"),
        "name: %s\nseeds: [1, 2]\n%s\n".formatted(name, settings.replace(";", "\n")));
    return out;
  }

  private static String ewc(double lambda, int epochs) {
    return "training: {epochs: %d};strategies: [{type: ewc, lambda: %s, fisher: exact}]"
        .formatted(epochs, lambda);
  }

  @Test
  void twoOfOneStrategyAreNamedByTheirSettingsAndRankedWhereTheyAgree() throws IOException {
    List<Path> paths = new ArrayList<>();
    for (String scenario : List.of("s", "t", "u")) {
      paths.add(write(scenario + 1, "ewc", ewc(100, 3), scenario, 0.9, 0.8));
      paths.add(write(scenario + 2, "ewc", ewc(1, 3), scenario, 0.5, 0.6));
    }
    // Alone with its strategy there, and yet the same as the first of the others.
    paths.add(write("v1", "ewc", ewc(100, 3), "v", 0.9, 0.8));
    paths.add(write("v2", "naive", "training: {epochs: 3}", "v", 0.9, 0.8));
    List<Section> sections = Comparison.of(paths).sections(ACCURACY);
    assertThat(sections.get(0).rows())
        .extracting(row -> row.get(0))
        .containsExactly("ewc, lambda=100.0", "ewc, lambda=1.0");
    Section settings = sections.get(2);
    assertThat(settings.title()).endsWith("settings that differ");
    assertThat(settings.columns())
        .containsExactly("setting", "ewc, lambda=100.0", "ewc, lambda=1.0");
    assertThat(settings.rows()).containsExactly(List.of("strategies[0].lambda", "100.0", "1.0"));
    assertThat(sections)
        .filteredOn(section -> section.title().startsWith("Scenario 4"))
        .anyMatch(section -> section.rows().get(0).get(0).equals("ewc, lambda=100.0"))
        .noneMatch(section -> section.title().endsWith("settings that differ"));
    List<Section> ranked = Comparison.of(paths.subList(0, 6)).sections(ACCURACY);
    Section ranks = ranked.get(ranked.size() - 1);
    assertThat(ranks.title()).startsWith("Ranks over 3 scenarios");
    assertThat(ranks.rows().get(0).subList(0, 4))
        .containsExactly("ewc, lambda=100.0", 1.0, "ewc, lambda=1.0", 2.0);
    assertThat(ranks.notes()).noneMatch(note -> note.contains("not set alike"));
  }

  @Test
  void otherSettingsThatDifferAreTold() throws IOException {
    List<Path> paths = new ArrayList<>();
    for (int scenario = 1; scenario <= 2; scenario++) {
      paths.add(write("a" + scenario, "ewc", ewc(scenario, 3), "s" + scenario, 0.9, 0.8));
      paths.add(write("b" + scenario, "naive", "training: {epochs: 5}", "s" + scenario, 0.5, 0.6));
    }
    List<Section> sections = Comparison.of(paths).sections(ACCURACY);
    assertThat(sections.get(2).rows()).containsExactly(List.of("training.epochs", "3", "5"));
    assertThat(sections.get(sections.size() - 1).notes())
        .contains("ewc was not set alike in all scenarios: lambda is 1.0, 2.0.");
    Files.delete(paths.get(0).resolve("config.yaml"));
    Files.writeString(paths.get(1).resolve("config.yaml"), "{[");
    assertThat(TableFormat.TEXT.write(Comparison.of(paths).sections(ACCURACY)))
        .contains(paths.get(0) + " has no readable config.yaml: its settings are not compared.")
        .contains(paths.get(1) + " has no readable config.yaml");
  }

  @Test
  void partsThatLieElsewhereAreNotRead() throws IOException {
    Path secret = write("secret", "hush", "s", 0.9, 0.8);
    Path orders = Files.createDirectories(directory.resolve("orders"));
    Path file = orders.resolve("results.json");
    for (String place : List.of("../secret", secret.toString(), "order-2")) {
      Files.writeString(file, "{\"orders\": [{\"directory\": \"%s\"}]}".formatted(place));
      assertThat(refusal(orders)).contains("orders.directory: it must be order-1");
    }
    Files.writeString(file, "{\"orders\": [{\"directory\": \"order-1\"}]}");
    Files.createSymbolicLink(orders.resolve("order-1"), secret);
    assertThat(refusal(orders)).contains("order-1 is a symbolic link, which is not followed");
    Path seeds = write("seeds", "ewc", "s", 0.9, 0.8);
    Path results = seeds.resolve("seed-2/results.json");
    Files.delete(results);
    Files.createSymbolicLink(results, secret.resolve("seed-2/results.json"));
    assertThat(refusal(seeds)).contains("results.json is a symbolic link");
  }

  private static String refusal(Path directory) {
    InputException wrong =
        catchThrowableOfType(InputException.class, () -> Comparison.of(List.of(directory)));
    return String.join("\n", wrong.problems());
  }

  @Test
  void aJointRunGivesTheOthersTheirIntransigence() {
    Comparison comparison =
        Comparison.of(
            List.of(write("a", "joint", "s", 0.9, 0.8), write("b", "ewc", "s", 0.6, 0.7)));
    List<Section> sections = comparison.sections(List.of("intransigence"));
    // (0.3 + 0.1) / 2: R[j][j] is the accuracy plus 0.05 in both
    assertThat((Double) sections.get(0).rows().get(1).get(3))
        .isCloseTo(0.2, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(sections.get(0).notes().get(0)).contains("R*[j][j] - R[j][j]");
  }

  @Test
  void whatIsNotCompleteIsLeftOutAloud() {
    Path failed =
        write(
            "a",
            List.of(
                run("ewc", "s", 1, 0.9, RunResult.Status.COMPLETE),
                run("ewc", "s", 2, 0.1, RunResult.Status.FAILED),
                run("ewc", "s", 3, 0.1, RunResult.Status.RUNNING)));
    Comparison comparison = Comparison.of(List.of(failed, write("b", "naive", "s", 0.5, 0.6, 0.7)));
    assertThat(TableFormat.TEXT.write(comparison.sections(ACCURACY)))
        .contains("ewc: seed 2 failed: it diverged; it is left out.")
        .contains("ewc: seed 3 has not ended; it is left out.");
    assertThat(tests(comparison).rows().get(0).get(2)).isEqualTo(1);
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnce() throws IOException {
    Path good = write("good", "ewc", "s", 0.9);
    Path edited = write("edited", "ewc", "s", 0.9);
    Path file = edited.resolve("seed-1/results.json");
    Files.writeString(
        file, Files.readString(file).replaceAll("Accuracy\" : 0.9", "Accuracy\" : \"much\""));
    Path unfinished =
        write("unfinished", List.of(run("ewc", "s", 1, 0.1, RunResult.Status.RUNNING)));
    Path unknown = write("unknown", "ewc", "", 0.9);
    InputException wrong =
        catchThrowableOfType(
            InputException.class,
            () ->
                Comparison.of(
                    List.of(
                        good,
                        good.resolve("../good"),
                        directory.resolve("nowhere"),
                        edited,
                        unfinished,
                        unknown)));
    assertThat(wrong.problems()).hasSize(5);
    assertThat(String.join("\n", wrong.problems()))
        .contains("is given twice")
        .contains("there is no such file")
        .contains("a number was expected")
        .contains("has no complete run to compare")
        .contains("nobody knows which tasks it saw");
    InputException metric =
        catchThrowableOfType(
            InputException.class, () -> Comparison.of(List.of(good)).sections(List.of("accuracy")));
    assertThat(metric).hasMessageContaining("There are: averageAccuracy");
  }

  @Test
  void twoOfOneStrategyAreToldApartAndNamesAreEscaped() {
    List<Section> sections =
        Comparison.of(
                List.of(write("a", "ewc", "s", 0.90, 0.91), write("b", "ewc", "s", 0.50, 0.52)))
            .sections(ACCURACY);
    assertThat(sections.get(0).rows().get(0).get(0).toString()).endsWith("a");
    Section hostile =
        new Section(
            "a & b",
            List.of("x_1"),
            List.of(List.of("<script>|\u001b[31m\\end"), List.of(0.00001234)),
            List.of());
    assertThat(TableFormat.MARKDOWN.write(hostile))
        .contains("## a \\& b", "| x\\_1 |", "\\<script\\>\\|\uFFFD\\[31m\\\\end");
    assertThat(TableFormat.LATEX.write(hostile))
        .contains(
            "\\caption{a \\& b}",
            "x\\_1 \\\\",
            "\\textless{}script\\textgreater{}\\textbar{}?{[}31m\\textbackslash{}end");
    Section marks = new Section("`x`", List.of("a"), List.of(List.of("[2em] *")), List.of());
    assertThat(TableFormat.LATEX.write(marks))
        .contains("\\textasciigrave{}x\\textasciigrave{}", "{[}2em{]} {*} \\\\");
    assertThat(TableFormat.TEXT.write(hostile)).contains("\uFFFD[31m").doesNotContain("\u001b");
    assertThat(TableFormat.CSV.write(hostile)).contains("1.234E-5");
  }
}
