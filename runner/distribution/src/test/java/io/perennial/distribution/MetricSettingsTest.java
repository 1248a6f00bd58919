package io.perennial.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Binder;
import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Description;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.InputException;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import io.perennial.api.Plugin;
import io.perennial.runner.Perennial;
import io.perennial.runner.RunOptions;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.result.Results;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metrics with settings of their own. */
class MetricSettingsTest {
  @TempDir Path directory;

  /** Registers {@link OfTask}. */
  @Plugin.Info(apiVersion = Plugin.API_VERSION)
  static final class OfTaskPlugin implements Plugin {
    @Override
    public void configure(Binder binder) {
      ExtensionBinder.of(binder)
          .register(Metric.class, "of-task", OfTask.class, OfTask.Settings.class);
    }
  }

  /** The final accuracy of one task. */
  static final class OfTask implements Metric {
    private final Settings settings;

    /** Which task. */
    record Settings(@Description("the task, from 0") int task) {}

    @Inject
    OfTask(Settings settings) {
      this.settings = settings;
    }

    @Override
    public String name() {
      return "ofTask" + settings.task();
    }

    @Override
    public String formula() {
      return "R[T][" + settings.task() + "]";
    }

    @Override
    public Value compute(Measurements measured) {
      AccuracyMatrix r = measured.accuracy();
      return Value.of(r.at(r.size() - 1, settings.task()));
    }
  }

  private Results run(String metrics) {
    String yaml =
        """
        name: measured
        pipeline: knowledge-retention
        scenario: {type: split, dataset: {type: digits}, tasks: 5, setting: domain-incremental}
        model: {type: mlp, hidden: [4]}
        training: {iterations: 2}
        metrics: %s
        """
            .formatted(metrics);
    List<Plugin> plugins = new ArrayList<>(List.of(new OfTaskPlugin()));
    ServiceLoader.load(Plugin.class).forEach(plugins::add);
    try (Perennial perennial = Perennial.start(1, Registry.of(plugins.toArray(Plugin[]::new)))) {
      return perennial.run(perennial.parse(yaml), RunOptions.into(directory.resolve("run")));
    }
  }

  @Test
  void areComputedAsOftenAsTheyAreListedBesideThoseWithoutSettings() {
    Results results = run("[{type: of-task, task: 0}, {type: of-task, task: 3}]");
    AccuracyMatrix accuracy = results.runs().get(0).accuracy();
    assertThat(results.mean("ofTask0")).isEqualTo(accuracy.at(4, 0));
    assertThat(results.mean("ofTask3")).isEqualTo(accuracy.at(4, 3));
    assertThat(results.mean()).containsKey("averageAccuracy").doesNotContainKey("ofTask1");
    assertThat(results.runs().get(0).formulas()).containsEntry("ofTask3", "R[T][3]");
  }

  @Test
  void twoOfOneNameAreRefused() {
    assertThatThrownBy(() -> run("[{type: of-task, task: 2}, {type: of-task, task: 2}]"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("two of them are called 'ofTask2'");
    assertThat(directory.resolve("run")).doesNotExist();
  }
}
