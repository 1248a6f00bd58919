package io.perennial.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.inject.Binder;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.InputException;
import io.perennial.api.Metric;
import io.perennial.api.Plugin;
import io.perennial.api.RunInfo;
import io.perennial.api.RunListener;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.ResultsReader;
import io.perennial.runner.result.RunResult;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The runs of several seeds. */
@Timeout(60)
class SeedsRunTest {
  private static final String YAML =
      """
      name: seeds
      pipeline: knowledge-retention
      seeds: [5, 3, 9, 4]
      scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: task-incremental}
      model: {type: mlp, hidden: [6]}
      training: {iterations: 5, batchSize: 16}
      firstTasks: 2
      """;

  @TempDir Path directory;

  private Results run(String name, int threads, String more, RunListener... listeners) {
    try (Perennial perennial = Perennial.start(threads)) {
      return perennial.run(
          perennial.parse(YAML + more),
          new RunOptions(directory.resolve(name), false, List.of(listeners)));
    }
  }

  private static List<String> bits(Results results) {
    return results.runs().stream().map(run -> run.seed() + " " + run.parametersSha256()).toList();
  }

  /** Ends only when two runs have begun at the same time. */
  private static final class Meeting implements RunListener {
    private final CyclicBarrier two = new CyclicBarrier(2);

    @Override
    public void runStarted(AccuracyMatrix accuracy) {
      try {
        two.await(30, TimeUnit.SECONDS);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new IllegalStateException("no two runs at a time", e);
      }
    }
  }

  @Test
  void runsAtTheSameTimeComputeWhatTheyComputeOneAfterTheOther() {
    Results alone = run("alone", 2, "launcher: {type: local, parallel: 1}\n");
    Results together = run("together", 2, "", new Meeting());
    assertThat(bits(together)).isEqualTo(bits(alone)).hasSize(4);
    assertThat(together.runs()).extracting(RunResult::seed).containsExactly(5L, 3L, 9L, 4L);
    assertThat(together.mean()).isEqualTo(alone.mean());
    assertThat(together.interval95().keySet()).isEqualTo(together.mean().keySet());
    assertThat(new ResultsReader().readAll(directory.resolve("together")).mean())
        .isEqualTo(together.mean());
  }

  @Test
  void aSeedThatFailsIsReportedAndTheOthersAreRun() {
    RunListener failing =
        new RunListener() {
          @Override
          public void runOpened(RunInfo run) {
            if (run.seed() == 3) {
              throw new IllegalStateException("the disk is full");
            }
          }
        };
    RunFailedException failed =
        catchThrowableOfType(RunFailedException.class, () -> run("failing", 2, "", failing));
    assertThat(failed).hasMessage("the disk is full");
    assertThat(failed.results().runs())
        .extracting(RunResult::status)
        .containsExactly(
            RunResult.Status.COMPLETE,
            RunResult.Status.FAILED,
            RunResult.Status.COMPLETE,
            RunResult.Status.COMPLETE);
    assertThat(failed.results().mean("averageAccuracy")).isBetween(0.0, 1.0);
  }

  @Test
  void aSeedThatCannotEvenBeginIsReported() {
    Moody.made = 0;
    List<Plugin> plugins = new ArrayList<>(List.of(new MoodyPlugin()));
    ServiceLoader.load(Plugin.class).forEach(plugins::add);
    RunFailedException failed;
    try (Perennial perennial = Perennial.start(1, Registry.of(plugins.toArray(Plugin[]::new)))) {
      failed =
          catchThrowableOfType(
              RunFailedException.class,
              () ->
                  perennial.run(
                      perennial.parse(YAML + "listeners: [{type: moody}]\n"),
                      RunOptions.into(directory.resolve("moody"))));
    }
    assertThat(failed.results().failed()).containsExactly(Map.entry(3L, "not today"));
    assertThat(failed.results().runs()).extracting(RunResult::seed).containsExactly(5L, 9L, 4L);
    Results read = new ResultsReader().readAll(directory.resolve("moody"));
    assertThat(read.failed()).isEqualTo(failed.results().failed());
    assertThat(read.status()).isEqualTo(RunResult.Status.FAILED);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatCannotBeResumedIsRefusedAsWithOneSeed(int threads) throws IOException {
    Results before = run("resumed", threads, "");
    byte[] summary = Files.readAllBytes(directory.resolve("resumed/results.json"));
    Path out = directory.resolve("resumed");
    for (String seed : List.of("seed-3", "seed-4")) {
      damage(out.resolve(seed + "/checkpoint/task-0001/state.json"));
      damage(out.resolve(seed + "/checkpoint/task-0002/state.json"));
    }
    try (Perennial perennial = Perennial.start(threads)) {
      assertThatThrownBy(
              () ->
                  perennial.run(
                      perennial.parse(YAML), new RunOptions(out, true, List.<RunListener>of())))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("seed-3: No intact checkpoint is left")
          .hasMessageContaining("seed-4: No intact checkpoint is left");
    }
    assertThat(out.resolve("results.json")).hasBinaryContent(summary);
    assertThat(bits(new ResultsReader().readAll(out))).isEqualTo(bits(before));
  }

  private static void damage(Path file) throws IOException {
    Files.write(file, new byte[] {0}, StandardOpenOption.APPEND);
  }

  @Test
  void listenersHearOfEachRunFromItsBeginningToItsEnd() {
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    RunListener listener =
        new RunListener() {
          @Override
          public void runOpened(RunInfo run) {
            heard.add(run.seed() + " opened in " + run.directory().getFileName());
            assertThat(run.directory()).isDirectory();
            assertThat(run.settings())
                .containsEntry("training.iterations", "5")
                .containsEntry("model.hidden", "[6]")
                .containsEntry("training.optimizer.type", "sgd")
                .containsEntry("seed", Long.toString(run.seed()));
          }

          @Override
          public void runEnded(RunInfo run, Map<String, Metric.Value> metrics, String failure) {
            assertThat(metrics).containsKey("averageAccuracy");
            heard.add(run.seed() + " ended " + failure);
          }
        };
    run("heard", 1, "", listener);
    assertThat(heard)
        .startsWith("5 opened in seed-5", "5 ended ", "3 opened in seed-3", "3 ended ")
        .hasSize(8);
  }

  /** Registers {@link Moody}. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class MoodyPlugin implements Plugin {
    @Override
    public void configure(Binder binder) {
      ExtensionBinder.of(binder).register(RunListener.class, "moody", Moody.class);
    }
  }

  /** The second one does not want to be made. */
  static final class Moody implements RunListener {
    static int made;

    @Inject
    Moody() {
      if (++made == 2) {
        throw new InputException("not today");
      }
    }
  }
}
