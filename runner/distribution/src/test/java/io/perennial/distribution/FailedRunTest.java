package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Binder;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.InputException;
import io.perennial.api.Learner;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import io.perennial.api.Plugin;
import io.perennial.api.RunListener;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunFailedException;
import io.perennial.runner.RunOptions;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.result.ResultsReader;
import io.perennial.runner.result.RunResult;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on the disk while a run goes on, and after one that failed. */
class FailedRunTest {
  private static final String TWO_SEEDS =
      """
      name: two seeds
      pipeline: knowledge-retention
      seeds: [1, 2]
      scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: domain-incremental}
      model: {type: mlp, hidden: [4]}
      training: {iterations: 2}
      """;

  @TempDir Path directory;

  private RunFailedException failure(Registry registry, RunListener listener) {
    RunOptions options = new RunOptions(directory.resolve("run"), false, List.of(listener));
    List<RunFailedException> failures = new ArrayList<>();
    try (Perennial perennial = Perennial.start(1, registry)) {
      perennial.run(perennial.parse(TWO_SEEDS), options);
    } catch (RunFailedException e) {
      failures.add(e);
    }
    assertThat(failures).hasSize(1);
    return failures.get(0);
  }

  private static Registry builtIn() {
    return Registry.load(FailedRunTest.class.getClassLoader());
  }

  private Path results(String name) {
    return directory.resolve("run").resolve(name).resolve("results.json");
  }

  @Test
  void anyFailureEndsItsOwnSeedOnlyAndIsOnTheDisk() {
    List<Supplier<Throwable>> causes =
        List.of(
            () -> new NoClassDefFoundError("some/Thing"), () -> new InputException("no such file"));
    for (int i = 0; i < causes.size(); i++) {
      Supplier<Throwable> cause = causes.get(i);
      directory = directory.resolve("cause-" + i);
      RunFailedException failed =
          failure(
              builtIn(),
              new RunListener() {
                private int tasks;

                @Override
                public void taskStarted(Learner learner, long steps) {
                  if (++tasks == 2) {
                    sneak(cause.get());
                  }
                }
              });
      assertThat(failed).hasMessageContaining(String.valueOf(cause.get().getMessage()));
      assertThat(failed.results().runs())
          .extracting(RunResult::status)
          .containsExactly(RunResult.Status.FAILED, RunResult.Status.COMPLETE);
      assertThat(new ResultsReader().read(directory.resolve("run/seed-1")).failure())
          .contains(String.valueOf(cause.get().getMessage()));
      assertThat(results("")).content().contains("\"status\" : \"failed\"");
    }
  }

  private static void sneak(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) cause;
  }

  @Test
  void aMetricThatThrowsFailsTheRunVisibly() {
    List<Plugin> plugins = new ArrayList<>();
    ServiceLoader.load(Plugin.class).forEach(plugins::add);
    plugins.add(new Broken());
    RunFailedException failed =
        failure(Registry.of(plugins.toArray(Plugin[]::new)), new RunListener() {});
    assertThat(failed).hasMessageContaining("no such number");
    assertThat(failed.results().runs()).hasSize(2);
    RunResult kept = new ResultsReader().read(directory.resolve("run/seed-2"));
    assertThat(kept.status()).isEqualTo(RunResult.Status.FAILED);
    assertThat(kept.metrics()).containsKeys("broken", "averageAccuracy");
  }

  @Test
  void aRunThatIsGoingOnSaysSoFromItsFirstTaskOn() {
    List<String> seen = new ArrayList<>();
    RunListener looking =
        new RunListener() {
          @Override
          public void taskStarted(Learner learner, long steps) {
            for (String name : List.of("", "seed-1", "seed-2")) {
              if (Files.exists(results(name))) {
                seen.add(learner.task().index() + name + " " + status(results(name)));
              }
            }
          }
        };
    RunOptions options = new RunOptions(directory.resolve("run"), false, List.of(looking));
    try (Perennial perennial = Perennial.start(1)) {
      perennial.run(perennial.parse(TWO_SEEDS), options);
    }
    assertThat(seen)
        .startsWith("0 running", "0seed-1 running")
        .endsWith("4 running", "4seed-1 complete", "4seed-2 running");
    assertThat(status(results(""))).isEqualTo("complete");
  }

  private static String status(Path file) {
    assertThat(file).isRegularFile();
    String json = org.assertj.core.util.Files.contentOf(file.toFile(), "UTF-8");
    return json.replaceAll("(?s)^.*?\"status\" : \"(\\w+)\".*$", "$1");
  }

  /** A plugin with a metric that cannot be computed. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class Broken implements Plugin {
    @Override
    public void configure(Binder binder) {
      ExtensionBinder.of(binder).register(Metric.class, "broken", BrokenMetric.class);
    }
  }

  /** Throws. */
  static final class BrokenMetric implements Metric {
    @Inject
    BrokenMetric() {}

    @Override
    public String name() {
      return "broken";
    }

    @Override
    public String formula() {
      return "1/0";
    }

    @Override
    public Value compute(Measurements measured) {
      throw new IllegalStateException("no such number");
    }
  }
}
