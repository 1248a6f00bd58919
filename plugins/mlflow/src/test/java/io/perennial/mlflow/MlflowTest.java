package io.perennial.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.RunListener;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import io.perennial.runner.result.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MlflowTest {
  @TempDir Path directory;
  private Peer peer;

  @BeforeEach
  void start() throws IOException {
    peer = new Peer();
  }

  @AfterEach
  void stop() {
    peer.close();
  }

  private Results run(String uri, String seeds, RunListener... others) {
    String yaml =
        """
        name: tracked & more?
        pipeline: knowledge-retention
        seeds: %s
        scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: task-incremental}
        model: {type: mlp, hidden: [4]}
        training: {iterations: 600, batchSize: 2}
        firstTasks: 2
        listeners: [{type: mlflow, uri: '%s', every: 1}]
        """
            .formatted(seeds, uri);
    Path out = directory.resolve("run");
    try (Perennial perennial = Perennial.start(1)) {
      return perennial.run(
          perennial.parse(yaml), new RunOptions(out, Files.exists(out), List.of(others)));
    }
  }

  @Test
  void everySeedIsARunWithItsSettingsAndValues() {
    Results results = run(peer.uri(), "[4, 7]");
    assertThat(peer.refused).isEmpty();
    assertThat(peer.experiments).containsOnlyKeys("tracked & more?");
    assertThat(peer.runs.values())
        .extracting(run -> run.name)
        .containsExactly("tracked & more?, seed 4", "tracked & more?, seed 7");
    Peer.Run first = peer.runs.values().iterator().next();
    assertThat(first.status).isEqualTo("FINISHED");
    assertThat(first.end).isGreaterThan(1_000_000_000_000L);
    assertThat(first.parameters)
        .containsEntry("seed", "4")
        .containsEntry("scenario.dataset.type", "digits")
        .containsEntry("listeners.0.type", "mlflow");
    // More than one request may hold
    assertThat(first.metrics.get("loss")).hasSize(1200);
    assertThat(first.metrics.get("accuracy/1"))
        .containsEntry(1200L, results.runs().get(0).accuracy().at(1, 0));
    assertThat(first.metrics.get("metrics/averageAccuracy"))
        .containsEntry(
            1200L,
            Objects.requireNonNull(results.runs().get(0).metrics().get("averageAccuracy"))
                .number());
  }

  @Test
  void anInterruptedRunGoesOnAsTheSame() {
    RunListener interrupting =
        new RunListener() {
          @Override
          public void taskDone(Learner learner, AccuracyMatrix accuracy) {
            if (learner.task().index() == 1) {
              throw new IllegalStateException("interrupted");
            }
          }
        };
    assertThatThrownBy(() -> run(peer.uri(), "[4]", interrupting))
        .isInstanceOf(RunFailedException.class);
    assertThat(peer.runs.values()).extracting(run -> run.status).containsExactly("FAILED");
    run(peer.uri(), "[4]");
    assertThat(peer.refused).isEmpty();
    assertThat(peer.runs.values()).extracting(run -> run.status).containsExactly("FINISHED");
  }

  @Test
  void aServerThatGoesAwayForAWhileMissesNothing() {
    RunListener nurse =
        new RunListener() {
          @Override
          public void stepDone(Learner learner, double loss) {
            peer.ill = learner.step() > 10 && learner.step() < 1100;
          }
        };
    run(peer.uri(), "[4]", nurse);
    assertThat(peer.runs.values().iterator().next().metrics.get("loss")).hasSize(1200);
  }

  @Test
  void aServerThatIsNotThereIsSaidToBeMissing() {
    String uri = peer.uri();
    peer.close();
    assertThatThrownBy(() -> run(uri, "[4]"))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("MLflow at " + uri + " does not answer");
    assertThatThrownBy(() -> run("ftp://nowhere", "[4]"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("uri must be like http://localhost:5000");
  }
}
