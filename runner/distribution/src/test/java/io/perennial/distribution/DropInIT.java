package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A plugin is there while its jar is in {@code plugins/}: real jars, real processes. */
class DropInIT {
  private static final String JAR =
      "perennial-synaptic-intelligence-" + System.getProperty("project.version") + ".jar";
  private static final Path BUILT =
      Path.of("../../plugins/synaptic-intelligence/target").resolve(JAR);

  @TempDir Path directory;

  private PlainMachine machine;
  private Path home;
  private Path configuration;
  private Path out;

  @BeforeEach
  void unpack() throws IOException {
    machine = PlainMachine.in(Files.createDirectory(directory.resolve("machine")));
    home = Archive.unpack(Files.createDirectory(directory.resolve("unpacked")));
    out = directory.resolve("out");
    configuration = directory.resolve("both.yaml");
    Files.writeString(
        configuration,
        """
        name: both
        pipeline: knowledge-retention
        scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: domain-incremental}
        model: {type: mlp, hidden: [16]}
        training: {epochs: 1}
        strategies:
          - {type: ewc, lambda: 10}
          - {type: synaptic-intelligence, c: 1}
        """);
  }

  private Outcome run() {
    return machine.perennial(home, "run", configuration.toString(), "--out", out.toString());
  }

  private void assertThatItIsUnknown() {
    Outcome list = machine.perennial(home, "list");
    assertThat(list.exitCode()).as(list.errors()).isZero();
    assertThat(list.output()).contains("ewc").doesNotContain("synaptic");

    Outcome run = run();
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.errors())
        .contains("both.yaml:8:12: strategies[1].type")
        .contains("there is no strategy 'synaptic-intelligence'")
        .contains("Available: easy-to-hard, ewc, ");
    assertThat(out).doesNotExist();
  }

  @Test
  void aJarMakesItsStrategyAvailableAndTakesItAwayAgain() throws IOException {
    assertThatItIsUnknown();

    Path dropped = home.resolve("plugins").resolve(JAR);
    Files.copy(BUILT, dropped);
    Outcome list = machine.perennial(home, "list");
    assertThat(list.exitCode()).as(list.errors()).isZero();
    assertThat(list.output()).containsPattern("strategy +synaptic-intelligence +.*" + JAR);

    Outcome run = run();
    assertThat(run.exitCode()).as(run.errors()).isZero();
    JsonNode results = new ObjectMapper().readTree(Files.readString(out.resolve("results.json")));
    assertThat(results.path("status").asString()).isEqualTo("complete");
    assertThat(results.path("strategies").valueStream().map(JsonNode::asString))
        .containsExactly("ewc", "synaptic-intelligence");
    assertThat(results.path("conventions").propertyNames())
        .anyMatch(name -> name.startsWith("synaptic-intelligence."));

    Files.delete(dropped);
    FileUtils.deleteDirectory(out.toFile());
    assertThatItIsUnknown();
  }
}
