package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** From the archetype to a running pipeline, with the commands that an author types. */
class AuthorsWayIT {
  private static final String VERSION = System.getProperty("project.version", "");
  private static final Path REPOSITORY = Path.of("target/authors-repository").toAbsolutePath();

  @TempDir Path directory;

  private Outcome maven(Path workingDirectory, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("maven.home", "")).resolve("bin/mvn").toString(),
                "-B",
                "-ntp",
                "-Dmaven.repo.local=" + REPOSITORY));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(workingDirectory.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // The options of the build that runs these tests are not the author's.
    builder.environment().remove("MAVEN_OPTS");
    builder.environment().remove("MAVEN_ARGS");
    return Outcome.of(builder);
  }

  @Test
  void aGeneratedPluginBuildsDropsInAndRuns() throws IOException {
    FileUtils.deleteDirectory(REPOSITORY.toFile());
    PrivateRepository.fill(
        Files.createDirectories(REPOSITORY),
        Path.of(System.getProperty("maven.local", "")),
        VERSION);
    PlainMachine machine = PlainMachine.in(Files.createDirectory(directory.resolve("machine")));
    Path home = Archive.unpack(Files.createDirectory(directory.resolve("unpacked")));

    Outcome generated =
        maven(
            directory,
            System.getProperty("archetype.plugin") + ":generate",
            "-DarchetypeGroupId=io.perennial",
            "-DarchetypeArtifactId=perennial-archetype",
            "-DarchetypeVersion=" + VERSION,
            "-DarchetypeCatalog=internal",
            "-DgroupId=org.example",
            "-DartifactId=stay-near");
    assertThat(generated.exitCode()).as(generated.output()).isZero();
    Path project = directory.resolve("stay-near");
    assertThat(project.resolve("src/main/java/org/example/StayNear.java")).exists();

    Outcome built = maven(project, "package");
    assertThat(built.exitCode()).as(built.output()).isZero();
    // Its own test and more than a handful of laws.
    assertThat(built.output()).containsPattern("Tests run: [1-9][0-9], Failures: 0, Errors: 0");
    Path jar = project.resolve("target/stay-near.jar");
    assertThat(classes(jar))
        .isNotEmpty()
        .allSatisfy(name -> assertThat(name).startsWith("org/example/StayNear"));

    Files.copy(jar, home.resolve("plugins/stay-near.jar"));
    Path out = directory.resolve("out");
    Outcome run =
        machine.perennial(
            home, "run", project.resolve("stay-near.yaml").toString(), "--out", out.toString());
    assertThat(run.exitCode()).as(run.errors()).isZero();
    JsonNode results = new ObjectMapper().readTree(Files.readString(out.resolve("results.json")));
    assertThat(results.path("status").asString()).isEqualTo("complete");
    assertThat(results.path("runs").size()).isEqualTo(3);

    Outcome list = machine.perennial(home, "list");
    assertThat(list.output())
        .containsPattern("strategy +stay-near +0\\.1\\.0-SNAPSHOT.*stay-near\\.jar");
  }

  private static List<String> classes(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile());
        Stream<String> names = file.stream().map(entry -> entry.getName())) {
      return names.filter(name -> name.endsWith(".class")).toList();
    }
  }
}
