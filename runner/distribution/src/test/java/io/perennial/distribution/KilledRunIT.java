package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.perennial.api.RandomSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Real processes that are killed or told to stop, and go on: a growing network with a penalty,
 * generated samples and a plugin that was dropped in. More kills than the few of the build:
 *
 * <pre>{@code
 * mvn verify -pl runner/distribution,plugins/synaptic-intelligence -am -Dit.test=KilledRunIT \
 *   -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false -Dperennial.kills=50
 * }</pre>
 */
class KilledRunIT {
  private static final int KILLS = Integer.getInteger("perennial.kills", 3);
  private static final String JAR =
      "perennial-synaptic-intelligence-" + System.getProperty("project.version") + ".jar";
  private static final Path BUILT =
      Path.of("../../plugins/synaptic-intelligence/target").resolve(JAR);

  @TempDir static Path shared;
  private static PlainMachine machine;
  private static Path home;
  private static Path configuration;
  private static Map<String, String> expected;
  private static Duration whole;

  @TempDir Path directory;

  /** The run that nobody disturbs. */
  @BeforeAll
  static void undisturbed() throws IOException {
    machine = PlainMachine.in(Files.createDirectory(shared.resolve("machine")));
    home = Archive.unpack(Files.createDirectory(shared.resolve("unpacked")));
    Files.copy(BUILT, home.resolve("plugins").resolve(JAR));
    configuration = shared.resolve("all.yaml");
    Files.writeString(
        configuration,
        """
        name: all
        pipeline: model-expansion
        scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: domain-incremental}
        model: {type: mlp, hidden: [12]}
        training: {epochs: 2, batchSize: 16}
        strategies:
          - {type: net2net, threshold: 1}
          - {type: ewc, lambda: 10}
          - {type: generative-replay}
          - {type: synaptic-intelligence, c: 1}
        checkpoint: {everySteps: 5}
        """);
    machine.perennial(home, "list"); // Prepares faster starts, which would be part of the time.
    Path out = shared.resolve("undisturbed");
    long start = System.nanoTime();
    Outcome run = machine.perennial(home, arguments(out, false));
    whole = Duration.ofNanos(System.nanoTime() - start);
    assertThat(run.exitCode()).as(run.errors()).isZero();
    expected = results(out);
    assertThat(expected).containsKeys("results.json", "accuracy.csv").hasSizeGreaterThan(4);
  }

  private static String[] arguments(Path out, boolean resume) {
    List<String> arguments =
        new ArrayList<>(
            List.of("run", configuration.toString(), "--out", out.toString(), "--threads", "1"));
    if (resume) {
      arguments.add("--resume");
    }
    return arguments.toArray(String[]::new);
  }

  /** Everything a run leaves that people read, but the time it took. */
  private static Map<String, String> results(Path out) throws IOException {
    Map<String, String> results = new TreeMap<>();
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = out.relativize(file).toString();
        if (name.startsWith("artefacts") || name.equals("accuracy.csv")) {
          results.put(name, new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        } else if (name.equals("results.json")) {
          ObjectNode json = (ObjectNode) new ObjectMapper().readTree(Files.readString(file));
          json.remove("seconds");
          results.put(name, json.toPrettyString());
        }
      }
    }
    return results;
  }

  @Test
  void aRunThatIsKilledAtAnyMomentGoesOnToTheBit() throws Exception {
    RandomSource random = new RandomSource(System.nanoTime());
    int inTheMiddle = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Path out = directory.resolve("killed-" + kill);
      Process process = machine.start(home, directory.resolve("errors"), arguments(out, false));
      long moment = (long) (random.nextDouble() * whole.toMillis());
      if (!process.waitFor(moment, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
      boolean begun = Files.exists(out.resolve("config.yaml"));
      inTheMiddle += Files.isDirectory(out.resolve("checkpoint")) ? 1 : 0;
      Outcome resumed = machine.perennial(home, arguments(out, begun));
      String when = "killed after %d of %d ms".formatted(moment, whole.toMillis());
      assertThat(resumed.exitCode()).as("%s: %s", when, resumed.errors()).isZero();
      assertThat(results(out)).as(when).isEqualTo(expected);
    }
    if (KILLS >= 20) {
      assertThat(inTheMiddle).as("runs that had something to lose").isGreaterThan(KILLS / 4);
    }
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void aSignalSavesTheRunAndSaysHowToGoOn(String signal, int exitCode) throws Exception {
    assumeFalse(signal.equals("INT") && isInterruptIgnored(), "SIGINT is ignored here");
    Path out = directory.resolve("told to stop");
    Path errors = directory.resolve("errors");
    Process process = machine.start(home, errors, arguments(out, false));
    while (!Files.isDirectory(out.resolve("checkpoint")) && process.isAlive()) {
      Thread.sleep(10);
    }
    new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + process.pid()).start().waitFor();
    assertThat(process.waitFor()).as(Files.readString(errors)).isEqualTo(exitCode);
    List<String> said = Files.readAllLines(errors);
    assertThat(said).anyMatch(line -> line.contains("interrupt again to end at once"));
    assertThat(said).anyMatch(line -> line.endsWith("is saved. Go on with"));
    String command = said.get(said.size() - 1).strip();
    assertThat(command).startsWith("perennial run ").contains("--resume");
    Outcome resumed =
        machine.run(
            home,
            Map.of(),
            List.of("/bin/sh", "-c", command.replaceFirst("perennial", "bin/perennial")));
    assertThat(resumed.exitCode()).as(resumed.errors()).isZero();
    assertThat(results(out)).isEqualTo(expected);
  }

  /** As after a shell's {@code &}; whoever ignores a signal has children that do. */
  private static boolean isInterruptIgnored() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("SigIgn:")) {
        return (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0;
      }
    }
    return false;
  }
}
