package io.perennial.runner.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.Artefact;
import io.perennial.api.InputException;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.ResultsWriter;
import io.perennial.runner.result.RunResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {
  private static final Pattern SCRIPT = Pattern.compile("(?s)<script>(.*?)</script>");
  private static final Pattern DATA =
      Pattern.compile("(?s)<script type=\"application/json\" id=\"data\">(.*?)</script>");

  @TempDir private Path directory = Path.of("");

  private static JsonNode data(String html) {
    Matcher matcher = DATA.matcher(html);
    assertThat(matcher.find()).isTrue();
    return new JsonMapper().readTree(matcher.group(1));
  }

  private static String html(Path... directories) {
    return Report.of(List.of(directories)).html();
  }

  @Test
  void theNumbersAreThoseOfTheResults() {
    Runs runs = Runs.of("ewc", 3, 0.9);
    String html = html(runs.write(directory.resolve("a")));
    JsonNode entry = data(html).at("/groups/0/entries/0");
    RunResult run = runs.run(1);
    for (int i = 0; i < 3; i++) {
      assertThat(entry.at("/untrained/" + i).doubleValue()).isEqualTo(run.accuracy().untrained(i));
      for (int j = 0; j < 3; j++) {
        assertThat(entry.at("/matrix/" + i + "/" + j).doubleValue())
            .isEqualTo(run.accuracy().at(i, j));
      }
    }
    double average = Results.of(List.of(run)).mean("averageAccuracy");
    assertThat(entry.at("/metrics/averageAccuracy/value").doubleValue()).isEqualTo(average);
    assertThat(html).contains("data-value=\"" + average + "\"");
    assertThat(entry.at("/metrics/forwardTransfer/reason").stringValue())
        .endsWith("nobody measured it");
    // At 0 nothing was seen, after a task its row of R up to it counts.
    assertThat(entry.at("/curves/positions").toString()).isEqualTo("[0.0,1.0,2.0,3.0]");
    assertThat(entry.at("/curves/seen/0").isNull()).isTrue();
    assertThat(entry.at("/curves/seen/2").doubleValue())
        .isCloseTo((run.accuracy().at(1, 0) + run.accuracy().at(1, 1)) / 2, within(1e-5));
  }

  private static org.assertj.core.data.Offset<Double> within(double tolerance) {
    return org.assertj.core.data.Offset.offset(tolerance);
  }

  @Test
  void seedsAreOneEntryWithIntervals() {
    JsonNode entry =
        data(html(Runs.of("ewc", 3, 0.9).write(directory.resolve("a"), 1, 2, 3)))
            .at("/groups/0/entries/0");
    JsonNode accuracy = entry.at("/metrics/averageAccuracy");
    assertThat(entry.path("seeds").intValue()).isEqualTo(3);
    assertThat(accuracy.path("low").doubleValue()).isLessThan(accuracy.path("value").doubleValue());
    assertThat(accuracy.path("high").doubleValue())
        .isGreaterThan(accuracy.path("value").doubleValue());
    // The mean of 0.951, 0.952 and 0.953.
    assertThat(entry.at("/matrix/0/0").doubleValue()).isCloseTo(0.952, within(1e-9));
  }

  @Test
  void aDirectoryOfRunsIsAllOfThem() {
    Runs.of("ewc", 2, 0.9).write(directory.resolve("runs/b"));
    Runs.of("naive", 2, 0.3).write(directory.resolve("runs/a"));
    JsonNode data = data(html(directory.resolve("runs")));
    assertThat(data.at("/groups/0/entries").valueStream().map(e -> e.path("label").stringValue()))
        .containsExactly("naive", "ewc");
  }

  @Test
  void differentStreamsAreGroupsOfTheirOwn() {
    String html =
        html(
            Runs.of("ewc", 2, 0.9).write(directory.resolve("a")),
            Runs.of("ewc", 3, 0.9).write(directory.resolve("b")),
            Runs.of("naive", 3, 0.3).write(directory.resolve("c")));
    JsonNode data = data(html);
    assertThat(data.path("groups").size()).isEqualTo(2);
    assertThat(data.at("/groups/0/entries").size()).isEqualTo(1);
    assertThat(data.at("/groups/1/entries").size()).isEqualTo(2);
    assertThat(html).contains("These runs learned different tasks");
  }

  @Test
  void ordersOfTheSameTasksAreComparedWithOneAnother() {
    Runs ahead = Runs.of("ewc", 3, 0.9);
    Runs back = new Runs("ewc back", List.of("ewc"), List.of("task 2", "task 0", "task 1"), 0.5);
    Path several = directory.resolve("several");
    ahead.write(several.resolve("order-1"), 1, 2);
    back.write(several.resolve("order-2"), 1, 2);
    new ResultsWriter(several)
        .writeOrders(
            "several",
            List.of(
                Results.of(List.of(ahead.run(1), ahead.run(2))),
                Results.of(List.of(back.run(1), back.run(2)))),
            2);
    String html = html(several, Runs.of("naive", 3, 0.2).write(directory.resolve("naive")));
    assertThat(html)
        .contains("3 tasks in 2 orders", "which these runs learned in different orders")
        .doesNotContain("These runs learned different tasks");
    JsonNode entries = data(html).at("/groups/0/entries");
    assertThat(entries.valueStream().map(entry -> entry.path("family").stringValue()))
        .containsExactly("ewc · several", "ewc · several", "naive");
    assertThat(entries.at("/0").has("tasks")).isFalse();
    assertThat(entries.at("/1/tasks").toString()).isEqualTo("[\"task 2\",\"task 0\",\"task 1\"]");
  }

  @Test
  void timesHaveIntervalsOverTheCompleteRuns() {
    Runs runs = Runs.of("ewc", 3, 0.9);
    Path run = runs.write(directory.resolve("a"), 1, 2, 3);
    new ResultsWriter(run.resolve("seed-3"))
        .write(runs.run(3, RunResult.Status.RUNNING, 1, Map.of()));
    JsonNode seconds = data(html(run)).at("/groups/0/entries/0/seconds");
    // 11 and 12: 11.5 ± 12.706 · 0.5
    assertThat(seconds.at("/train/value").doubleValue()).isEqualTo(11.5);
    assertThat(seconds.at("/train/low").doubleValue()).isCloseTo(5.1469, within(1e-4));
    assertThat(seconds.at("/train/high").doubleValue()).isCloseTo(17.8531, within(1e-4));
    assertThat(seconds.at("/all/value").doubleValue()).isEqualTo(0.5 + 11.5 + 2.5 + 1.25);
  }

  @Test
  void everyScriptAndStyleIsInThePolicyAndNothingElse() throws NoSuchAlgorithmException {
    String html = html(Runs.of("ewc", 2, 0.9).write(directory.resolve("a")));
    Matcher policy =
        Pattern.compile("Content-Security-Policy\" content=\"([^\"]*)\"").matcher(html);
    assertThat(policy.find()).isTrue();
    String rules = policy.group(1).replace("&#39;", "'");
    assertThat(rules)
        .startsWith("default-src 'none'; script-src 'sha256-")
        .doesNotContain("unsafe", "connect-src", "http");
    List<String> hashes = new ArrayList<>();
    Matcher script = SCRIPT.matcher(html);
    while (script.find()) {
      hashes.add(hash(script.group(1)));
    }
    assertThat(hashes).hasSize(6);
    Matcher style = Pattern.compile("(?s)<style>(.*?)</style>").matcher(html);
    assertThat(style.find()).isTrue();
    assertThat(rules).contains(hashes).contains("style-src " + hash(style.group(1)));
    assertThat(html).doesNotContain("src=\"http", "href=\"http", "@import");
  }

  private static String hash(String text) throws NoSuchAlgorithmException {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
  }

  @Test
  void hostileNamesAreTexts() {
    String evil = "</script><script>alert(1)</script>\"'&\u2028../../etc/${1+1}";
    Runs runs = new Runs(evil, List.of(evil), List.of(evil, "../" + evil), 0.5);
    Artefact table =
        new Artefact.Table(
            "t", evil, List.of(evil, "n"), List.of(List.of(evil, 1.5), List.of("b", 2L)));
    RunResult run = runs.run(1, RunResult.Status.COMPLETE, 2, Map.of(evil, List.of(table)));
    String html = html(runs.write(directory.resolve("a"), run));
    assertThat(html).doesNotContain("<script>alert");
    Matcher embedded = DATA.matcher(html);
    assertThat(embedded.find()).isTrue();
    assertThat(embedded.group(1)).doesNotContain("<", "&", "\u2028").contains("\\u2028");
    assertThat(Pattern.compile("<script").matcher(html).results().count()).isEqualTo(7);
    JsonNode entry = data(html).at("/groups/0/entries/0");
    assertThat(entry.path("label").stringValue()).isEqualTo(evil);
    assertThat(entry.at("/pictures/0/title").stringValue()).isEqualTo(evil);
    assertThat(entry.at("/pictures/0/rows/0/0").stringValue()).isEqualTo(evil);
  }

  @Test
  void artefactsKeepTheirKindAndTitle() {
    Runs runs = Runs.of("ewc", 2, 0.9);
    List<Artefact> artefacts =
        List.of(
            new Artefact.Matrix(
                "m",
                "Related",
                List.of("x", "y"),
                List.of("p"),
                new double[][] {{0.5}, {Double.NaN}}),
            new Artefact.Image("i", "Samples", new float[][] {{0, 1}}),
            new Artefact.Table("t", "Growth", List.of("task", "n"), List.of(List.of("a", 3L))));
    RunResult run = runs.run(1, RunResult.Status.COMPLETE, 2, Map.of("expert-gate", artefacts));
    JsonNode pictures =
        data(html(runs.write(directory.resolve("a"), run))).at("/groups/0/entries/0/pictures");
    assertThat(pictures.valueStream().map(p -> p.path("title").stringValue()))
        .containsExactlyInAnyOrder("Related", "Samples", "Growth");
    for (JsonNode picture : pictures) {
      assertThat(picture.path("source").stringValue()).isEqualTo("expert-gate");
      switch (picture.path("title").stringValue()) {
        case "Related" -> assertThat(picture.path("values").toString()).isEqualTo("[[0.5],[null]]");
        case "Samples" ->
            assertThat(picture.path("src").stringValue()).startsWith("data:image/png;base64,iVBOR");
        default -> assertThat(picture.path("rows").toString()).isEqualTo("[[\"a\",\"3\"]]");
      }
    }
  }

  @Test
  void filesOutsideTheRunAreNotRead() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret.csv"), "a,b\nhush,1\n");
    Path run = Runs.of("ewc", 2, 0.9).write(directory.resolve("a"));
    Path folder = Files.createDirectories(run.resolve("artefacts/ewc"));
    Files.createSymbolicLink(folder.resolve("link.csv"), secret);
    Files.createSymbolicLink(run.resolve("artefacts/whole"), directory);
    Files.writeString(
        run.resolve("artefacts/index.json"),
        "[{\"file\": \"../secret.csv\", \"kind\": \"table\", \"title\": \"t\", \"source\": \"s\"}]");
    assertThat(html(run)).doesNotContain("hush");
  }

  @Test
  void damagedArtefactsAreNoted() throws IOException {
    Path run = Runs.of("ewc", 2, 0.9).write(directory.resolve("a"));
    Path folder = Files.createDirectories(run.resolve("artefacts/ewc"));
    Files.writeString(folder.resolve("ragged.csv"), "a,b\n1\n");
    Files.writeString(folder.resolve("no.png"), "<svg onload=alert(1)>");
    Files.writeString(folder.resolve("empty.csv"), "");
    Files.writeString(run.resolve("artefacts/index.json"), "{nonsense");
    assertThat(html(run))
        .contains("artefacts/ewc/ragged.csv cannot be shown: ")
        .contains("artefacts/ewc/no.png cannot be shown: it is no PNG image")
        .contains("artefacts/ewc/empty.csv cannot be shown: it is empty")
        .contains("The titles of the artefacts cannot be read")
        .doesNotContain("<svg onload");
  }

  @Test
  void killedAndFailedRunsAreShownAsFarAsTheyGot() throws IOException {
    Runs runs = Runs.of("ewc", 3, 0.9);
    Path killed =
        runs.write(directory.resolve("a"), runs.run(1, RunResult.Status.RUNNING, 2, Map.of()));
    Path failed =
        runs.write(directory.resolve("b"), runs.run(1, RunResult.Status.FAILED, 0, Map.of()));
    Files.delete(killed.resolve("config.yaml"));
    String html = html(killed, failed);
    assertThat(html)
        .contains("Seed 1 has not ended")
        .contains("Seed 1 failed: the loss is NaN")
        .contains("There is no config.yaml");
    JsonNode entries = data(html).at("/groups/0/entries");
    assertThat(entries.at("/0/matrix/1/1").doubleValue()).isCloseTo(0.951, within(1e-9));
    assertThat(entries.at("/0/matrix/2/1").isNull()).isTrue();
    assertThat(entries.at("/1/curves/positions").toString()).isEqualTo("[0.0]");
  }

  @Test
  void seedsThatAreStillRunningAreShown() throws IOException {
    Runs runs = Runs.of("ewc", 3, 0.9);
    Path run = runs.write(directory.resolve("a"), 1);
    new ResultsWriter(run.resolve("seed-2"))
        .write(runs.run(2, RunResult.Status.RUNNING, 1, Map.of()));
    assertThat(data(html(run)).at("/groups/0/entries/0/seeds").intValue()).isEqualTo(2);
  }

  @Test
  void allThatIsWrongIsToldAtOnce() throws IOException {
    Path good = Runs.of("ewc", 2, 0.9).write(directory.resolve("good"));
    Path edited = Runs.of("ewc", 2, 0.9).write(directory.resolve("edited"));
    Path results = edited.resolve("results.json");
    Files.writeString(
        results, Files.readString(results).replaceFirst("\"seed\" : 1", "\"seed\" : \"one\""));
    Path cut = Runs.of("ewc", 2, 0.9).write(directory.resolve("cut"));
    Files.writeString(cut.resolve("results.json"), "{\"name\": ");
    Path begun = Files.createDirectories(directory.resolve("begun"));
    Files.writeString(begun.resolve("config.yaml"), "name: x\n");
    Path empty = Files.createDirectories(directory.resolve("empty"));
    Path gone = directory.resolve("gone");
    assertThatThrownBy(() -> html(good, edited, cut, begun, empty, gone, results))
        .isInstanceOfSatisfying(
            InputException.class,
            e ->
                assertThat(e.problems())
                    .hasSize(6)
                    .anyMatch(p -> p.contains("edited") && p.contains("seed: a whole number"))
                    .anyMatch(p -> p.contains("cut") && p.contains("is not JSON"))
                    .anyMatch(p -> p.contains("begun") && p.contains("before it measured"))
                    .anyMatch(p -> p.contains("empty has no results.json"))
                    .anyMatch(p -> p.contains("gone: there is no such directory"))
                    .anyMatch(p -> p.contains("is no directory")));
  }

  @Test
  void seedsOfDifferentStreamsAreNoConfiguration() {
    Path run = Runs.of("ewc", 3, 0.9).write(directory.resolve("a"), 1, 2);
    new ResultsWriter(run.resolve("seed-2")).write(Runs.of("ewc", 2, 0.9).run(2));
    assertThatThrownBy(() -> html(run))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("seed 1 has 3 tasks and seed 2 has 2");
  }

  @Test
  void settingsThatDifferStandSideBySide() throws IOException {
    Path a = Runs.of("ewc", 2, 0.9).write(directory.resolve("a"));
    Path b = Runs.of("naive", 2, 0.9).write(directory.resolve("b"));
    Files.writeString(a.resolve("config.yaml"), "same: 1\nmodel: {hidden: [5, 5]}\n");
    Files.writeString(b.resolve("config.yaml"), "same: 1\nmodel: {hidden: [7]}\nx: [{y: 2}]\n");
    assertThat(html(a, b))
        .contains("<tr><th scope=\"row\">model.hidden</th><td>[5, 5]</td><td>[7]</td></tr>")
        .contains("<tr><th scope=\"row\">x[0].y</th><td></td><td>2</td></tr>")
        .doesNotContain("<th scope=\"row\">same</th>");
  }

  @Test
  void aStreamOfThousandsOfTasksStaysSmall() {
    Runs runs = Runs.of("naive", 1000, 0.9);
    RunResult run = runs.run(1, RunResult.Status.COMPLETE, 0, Map.of());
    int base = html(Runs.of("naive", 1, 0.9).write(directory.resolve("small"))).length();
    assertThat(html(runs.write(directory.resolve("a"), run)).length() - base).isLessThan(200_000);
  }
}
