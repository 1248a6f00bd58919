package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** TensorBoard's and MLflow's jars, dropped into an unpacked archive and used by a process. */
class DroppedListenersIT {
  private static final String VERSION = System.getProperty("project.version", "");

  @TempDir Path directory;

  private static void drop(String plugin, Path home) throws IOException {
    String jar = "perennial-%s-%s.jar".formatted(plugin, VERSION);
    Path built = Path.of("../../plugins", plugin, "target", jar);
    // A jar by itself, and one in a directory of its own: both places count.
    Path place = home.resolve("plugins");
    Files.copy(
        built,
        plugin.equals("mlflow")
            ? Files.createDirectory(place.resolve(plugin)).resolve(jar)
            : place.resolve(jar));
  }

  private Path configuration(String uri) throws IOException {
    return Files.writeString(
        directory.resolve("watched.yaml"),
        """
        name: watched
        pipeline: knowledge-retention
        seed: 3
        scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: task-incremental}
        model: {type: mlp, hidden: [8]}
        training: {iterations: 20, batchSize: 16}
        listeners:
          - {type: tensorboard, every: 5}
          - {type: mlflow, uri: '%s', every: 5}
        """
            .formatted(uri));
  }

  @Test
  void bothFollowARun() throws IOException {
    PlainMachine machine = PlainMachine.in(Files.createDirectory(directory.resolve("machine")));
    Path home = Archive.unpack(Files.createDirectory(directory.resolve("unpacked")));
    Path out = directory.resolve("out");
    Outcome without = machine.perennial(home, "check", configuration("http://nowhere").toString());
    assertThat(without.exitCode()).isEqualTo(2);
    assertThat(without.errors())
        .contains("there is no listener 'tensorboard'", "there is no listener 'mlflow'");

    drop("tensorboard", home);
    drop("mlflow", home);
    try (MlflowPeer peer = new MlflowPeer()) {
      Outcome run =
          machine.perennial(
              home, "run", configuration(peer.uri()).toString(), "--out", out.toString());
      assertThat(run.exitCode()).as(run.errors()).isZero();
      JsonNode results = new ObjectMapper().readTree(Files.readString(out.resolve("results.json")));
      double accuracy = results.required("metrics").required("averageAccuracy").doubleValue();
      assertThat(accuracy).isPositive();
      checkEvents(out.resolve("tensorboard"), accuracy);
      checkTracked(peer, accuracy);
    }
  }

  private static void checkEvents(Path folder, double accuracy) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.list(folder)) {
      files = found.toList();
    }
    assertThat(files).hasSize(1);
    List<EventFile.Scalar> scalars = EventFile.scalars(files.get(0));
    assertThat(scalars)
        .filteredOn(scalar -> scalar.tag().equals("loss"))
        .extracting(EventFile.Scalar::step)
        .containsExactlyElementsOf(Stream.iterate(5L, s -> s <= 100, s -> s + 5).toList());
    assertThat(scalars)
        .contains(new EventFile.Scalar(100, "metrics/averageAccuracy", (float) accuracy));
  }

  private static void checkTracked(MlflowPeer peer, double accuracy) {
    assertThat(peer.posted("experiments/create"))
        .extracting(body -> body.required("name").asString())
        .containsExactly("watched");
    assertThat(peer.posted("runs/create"))
        .extracting(body -> body.required("run_name").asString())
        .containsExactly("watched, seed 3");
    List<JsonNode> points =
        peer.posted("runs/log-batch").stream()
            .flatMap(body -> body.path("metrics").valueStream())
            .toList();
    assertThat(points)
        .filteredOn(point -> point.required("key").asString().equals("loss"))
        .hasSize(20);
    assertThat(points)
        .filteredOn(point -> point.required("key").asString().equals("metrics/averageAccuracy"))
        .extracting(point -> point.required("value").doubleValue())
        .containsExactly(accuracy);
    assertThat(peer.posted("runs/update"))
        .extracting(body -> body.required("status").asString())
        .containsExactly("FINISHED");
  }
}
