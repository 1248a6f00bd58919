package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The archive does its work where there is nothing but a Java runtime. */
class ArchiveIT {
  @TempDir static Path directory;

  private static PlainMachine machine;
  private static Path home;

  @BeforeAll
  static void unpack() throws IOException {
    machine = PlainMachine.in(Files.createDirectory(directory.resolve("machine")));
    home = Archive.unpack(Files.createDirectory(directory.resolve("with a blank")));
  }

  private static List<String> jars() throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("lib"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void helpIsPrintedAndNothingElse() {
    Outcome outcome = machine.perennial(home, "--help");
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.output()).startsWith("Usage: perennial").contains("Exit codes:");
    assertThat(outcome.errors()).isEmpty();
  }

  @Test
  void listsWhatItBrings() {
    Outcome outcome = machine.perennial(home, "list");
    assertThat(outcome.exitCode()).as(outcome.errors()).isZero();
    assertThat(outcome.output())
        .containsPattern("strategy +ewc +.*perennial-ewc-.*\\.jar")
        .containsPattern("strategy +naive ")
        .containsPattern("strategy +progressive-network ");
  }

  @Test
  void runsAnExample() throws IOException {
    Path out = directory.resolve("out");
    Outcome outcome =
        machine.perennial(home, "run", "examples/split-digits-naive.yaml", "--out", out.toString());
    assertThat(outcome.exitCode()).as(outcome.errors()).isZero();
    assertThat(outcome.output()).contains("averageAccuracy").contains(out.toString());
    JsonNode results = new ObjectMapper().readTree(Files.readString(out.resolve("results.json")));
    assertThat(results.path("status").asString()).isEqualTo("complete");
    // Naive training on the last two digits: better than chance among two, worse than perfect.
    assertThat(results.path("metrics").path("averageAccuracy").asDouble()).isBetween(0.5, 0.99);
  }

  @Test
  void anEarlierMistakeIsAnsweredThereToo() {
    Outcome outcome = machine.perennial(home, "run", "examples/no-such.yaml");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.errors()).contains("no-such.yaml");
    assertThat(home.resolve("runs")).doesNotExist();
  }

  @Test
  void isFoundThroughASymbolicLinkFromAnywhere() throws IOException {
    Path link = directory.resolve("perennial");
    Files.createSymbolicLink(link, Path.of("with a blank", home.getFileName() + "/bin/perennial"));
    Outcome outcome = machine.run(Path.of("/"), Map.of(), List.of(link.toString(), "--version"));
    assertThat(outcome.exitCode()).as(outcome.errors()).isZero();
    assertThat(outcome.output())
        .startsWith("Perennial " + home.getFileName().toString().substring("perennial-".length()));
  }

  @Test
  void laterStartsShareTheClassesOfTheFirst() throws IOException {
    // Not beside the others: JDK 17 archives no class whose jar has a blank in its path.
    Path plain = Archive.unpack(Files.createDirectory(directory.resolve("plain")));
    machine.perennial(plain, "--help");
    List<Path> archives;
    try (Stream<Path> files = Files.list(plain)) {
      archives = files.filter(file -> file.toString().endsWith(".jsa")).toList();
    }
    assertThat(archives).hasSize(1);
    assertThat(archives.get(0)).isNotEmptyFile();
    // It is really taken: with sharing required, a JVM that cannot use it would not start.
    Outcome outcome =
        machine.run(
            plain,
            Map.of("PERENNIAL_JAVA_OPTS", "-Xshare:on -Xlog:class+load:file=loaded.txt"),
            List.of(
                plain.resolve("bin/perennial").toString(),
                "check",
                "examples/split-digits-ewc.yaml"));
    assertThat(outcome.exitCode()).as(outcome.errors()).isZero();
    // The wiring's classes, ND4J's and the strategy's; the command line's are older than Java 6,
    // and
    // not every JVM archives such.
    assertThat(Files.readAllLines(plain.resolve("loaded.txt")))
        .filteredOn(
            line ->
                line.matches(
                    ".* (com.google.inject.Guice|org.nd4j.linalg.factory.Nd4j"
                        + "|io.perennial.ewc.ElasticWeightConsolidation) source: .*"))
        .hasSize(3)
        .allMatch(line -> line.contains("shared objects file"));
    // Nothing of what it took to make it is left.
    try (Stream<Path> files = Files.list(plain)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> name.startsWith("classes-"))
          .hasSize(1);
    }
  }

  @Test
  void aMissingOrOldJavaIsNamedBeforeAnythingStarts() throws IOException {
    Path other = Files.createDirectory(directory.resolve("other"));
    PlainMachine bare = PlainMachine.withoutJava(other);
    Outcome none = bare.perennial(home, "list");
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.errors())
        .isEqualTo(
            "perennial: no Java found. Install a Java runtime 17 or newer and put it on PATH, or"
                + " set JAVA_HOME.\n");

    Path old = other.resolve("java-11");
    Files.createDirectories(old.resolve("bin"));
    Files.writeString(old.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
    Files.createFile(
        old.resolve("bin/java"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Outcome outdated =
        bare.run(
            home,
            Map.of("JAVA_HOME", old.toString()),
            List.of(home.resolve("bin/perennial").toString(), "list"));
    assertThat(outdated.exitCode()).isEqualTo(1);
    assertThat(outdated.errors()).contains("is Java 11. Perennial needs Java 17 or newer");
  }

  @Test
  void carriesTheNativeLibrariesOfOnePlatform() throws IOException {
    String platform = System.getProperty("archive.platform", "");
    List<String> expected = new ArrayList<>(List.of("javacpp", "nd4j-native", "openblas"));
    if (platform.equals("linux-x86_64")) {
      expected.addAll(List.of("dnnl", "opencl"));
    }
    assertThat(jars())
        .filteredOn(jar -> jar.matches(".*-(linux|macosx|windows)-.*"))
        .allMatch(jar -> jar.contains("-" + platform))
        .extracting(jar -> jar.replaceFirst("-\\d.*", ""))
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(Files.readString(home.resolve("README.md")))
        .contains("those of **" + platform + "**")
        .doesNotContain("${");
  }

  @Test
  void holdsWhatAUserLooksFor() throws IOException {
    assertThat(home.resolve("bin/perennial")).isExecutable();
    assertThat(home.resolve("bin/perennial.bat")).content().contains("%*\r\n");
    for (String file : List.of("LICENSE", "NOTICE", "CHANGELOG.md", "docs/strategies.md")) {
      assertThat(home.resolve(file)).hasSameBinaryContentAs(Path.of("../..").resolve(file));
    }
    assertThat(home.resolve("plugins"))
        .isDirectoryNotContaining(file -> !file.endsWith("README.md"));
    Path root = Path.of("../../examples");
    try (Stream<Path> examples = Files.walk(root)) {
      assertThat(examples.filter(Files::isRegularFile))
          .isNotEmpty()
          .allSatisfy(
              example ->
                  assertThat(home.resolve("examples").resolve(root.relativize(example)))
                      .hasSameBinaryContentAs(example));
    }
  }

  @Test
  void bothFormatsHoldTheSame() throws IOException {
    assertThat(Archive.inZip()).isEqualTo(Archive.inTar()).isNotEmpty();
  }

  /** A new library is a new licence to read and to name. */
  @Test
  void everyLibraryIsNamedWithItsLicence() throws IOException {
    String notices = Files.readString(home.resolve("THIRD-PARTY.md"));
    assertThat(jars())
        .filteredOn(jar -> !jar.startsWith("perennial-"))
        .isNotEmpty()
        .allSatisfy(
            jar -> assertThat(notices).contains("`" + jar.replaceFirst("-\\d.*", "") + "`"));
  }

  @Test
  void theBillOfMaterialsNamesEveryJar() throws IOException {
    assumeTrue(Boolean.getBoolean("archive.sbom"), "made with -Prelease only");
    JsonNode bill =
        new ObjectMapper().readTree(Files.readString(home.resolve("perennial.cdx.json")));
    assertThat(bill.path("bomFormat").asString()).isEqualTo("CycloneDX");
    List<String> named =
        Stream.concat(
                Stream.of(bill.path("metadata").path("component")),
                bill.path("components").valueStream())
            .map(ArchiveIT::jar)
            .sorted()
            .toList();
    assertThat(named).isEqualTo(jars());
  }

  private static String jar(JsonNode component) {
    String url = component.path("purl").asString();
    String classifier = url.replaceFirst(".*[?&]classifier=([^&]*).*", "-$1");
    return component.path("name").asString()
        + "-"
        + component.path("version").asString()
        + (classifier.equals(url) ? "" : classifier)
        + ".jar";
  }
}
