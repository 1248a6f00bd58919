package io.perennial.runner.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.api.Configured;
import io.perennial.api.DataSource;
import io.perennial.api.Launcher;
import io.perennial.api.ModelFactory;
import io.perennial.api.Optimizer;
import io.perennial.api.Pipeline;
import io.perennial.api.Registration;
import io.perennial.api.RunListener;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Strategy;
import io.perennial.api.TaskOrder;
import io.perennial.runner.fixtures.FakePlugin;
import io.perennial.runner.plugin.Registry;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ConfigurationRoundTripTest {
  private static final Record NONE = new Registration.NoSettings();

  private final ConfigurationReader reader = new ConfigurationReader(Registry.of(new FakePlugin()));
  private final ConfigurationWriter writer = new ConfigurationWriter();

  @Property(tries = 300)
  void whatIsWrittenIsReadAgain(@ForAll("configurations") RunConfiguration configuration) {
    assertThat(reader.parse(writer.write(configuration), "written")).isEqualTo(configuration);
  }

  @Example
  void readable() {
    RunConfiguration configuration =
        reader.parse(
            """
            name: a run
            pipeline: model-expansion
            seeds: [3, 4]
            scenario: {type: split, dataset: digits, tasks: 5, validation: 1e-1}
            model: {type: mlp, hidden: [10]}
            training: {iterations: 7}
            strategies: [naive, {type: experts, inside: [{type: ewc, lambda: 1}]}]
            """,
            "run.yaml");
    assertThat(writer.write(configuration))
        .isEqualTo(
            """
            name: a run
            pipeline: model-expansion
            seeds: [3, 4]
            scenario:
              type: split
              dataset:
                type: digits
              tasks: 5
              setting: task-incremental
              validation: 0.1
            order:
              type: given
            model:
              type: mlp
              hidden: [10]
            training:
              iterations: 7
              batchSize: 128
              optimizer:
                type: sgd
                learningRate: 0.05
                momentum: 0.0
              resetOptimizer: true
              patience: 0
            evaluate: all
            curves:
              every: 0
              examples: 1000
            measureOn: test
            firstTasks: 0
            strategies:
            - type: naive
            - type: experts
              inside:
              - type: ewc
                lambda: 1.0
                fisher: empirical
                online: false
                decay: 1.0
            listeners: []
            launcher:
              type: local
            metrics: []
            checkpoint:
              everyMinutes: 1.0
              everySteps: 0
              keep: 2
            """);
  }

  @Provide
  Arbitrary<RunConfiguration> configurations() {
    Arbitrary<List<Long>> seeds = Arbitraries.longs().list().ofMaxSize(3).uniqueElements();
    return Combinators.combine(
            texts().filter(text -> !text.isBlank()),
            Arbitraries.of(Pipeline.class),
            Arbitraries.longs(),
            seeds,
            scenarios(),
            Arbitraries.integers().between(1, 9).list(),
            training(),
            strategies())
        .as(
            (name, pipeline, seed, several, scenario, hidden, training, strategies) ->
                new RunConfiguration(
                    name,
                    pipeline,
                    seed,
                    several,
                    scenario,
                    new Configured<>(TaskOrder.class, "given", NONE),
                    several.size(),
                    new Configured<>(
                        ModelFactory.class, "mlp", new FakePlugin.Mlp.MlpSettings(hidden)),
                    training,
                    Evaluation.parse(several.isEmpty() ? "seen" : "every " + several.size()),
                    new CurveSettings(several.size(), name.length()),
                    several.isEmpty()
                        ? RunConfiguration.MeasureOn.TEST
                        : RunConfiguration.MeasureOn.VALIDATION,
                    several.size(),
                    strategies,
                    List.of(listener(name, seed)),
                    new Configured<>(Launcher.class, "local", NONE),
                    List.of(),
                    new CheckpointSettings(
                        several.size() / 2.0, several.size(), 1 + several.size())));
  }

  /** Anything a file can hold: quotes, colons, line ends, words that mean something to YAML. */
  private static Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            "null", "~", "true", "007", "1e5", "- a", "a: b", "#", "'", "\"", "<<", "*a"),
        Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(90),
        Arbitraries.strings()
            .withChars(
                '\n', '\t', '\r', ' ', 'a', 'é', 'λ', '\u0001', '\u0085', '\u2028', '\uFEFF'));
  }

  private static Configured<RunListener> listener(String text, long x) {
    return new Configured<>(
        RunListener.class,
        "echo",
        new FakePlugin.Echo.EchoSettings(text, new FakePlugin.Echo.Place(x, x > 0)));
  }

  private static Arbitrary<Configured<Scenario>> scenarios() {
    Configured<DataSource> digits = new Configured<>(DataSource.class, "digits", NONE);
    Configured<DataSource> files =
        new Configured<>(
            DataSource.class,
            "idx",
            new FakePlugin.Files.FilesSettings(Path.of("a dir: é").toAbsolutePath()));
    return Combinators.combine(
            Arbitraries.of(List.of(digits, files)),
            Arbitraries.integers().greaterOrEqual(1),
            Arbitraries.of(Setting.class),
            Arbitraries.doubles().between(0, true, 1, false))
        .as(
            (data, tasks, setting, validation) ->
                new Configured<>(
                    Scenario.class,
                    "split",
                    new FakePlugin.Split.SplitSettings(data, tasks, setting, validation)));
  }

  private static Arbitrary<TrainingSettings> training() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 9),
            Arbitraries.integers().between(0, 9),
            Arbitraries.integers().greaterOrEqual(1),
            Arbitraries.doubles().between(0, false, Double.MAX_VALUE, true),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 9))
        .as(
            (epochs, iterations, batch, rate, reset, patience) ->
                new TrainingSettings(
                    epochs,
                    iterations,
                    batch,
                    new Configured<>(
                        Optimizer.class, "sgd", new FakePlugin.Sgd.SgdSettings(rate, 0.5)),
                    reset,
                    patience));
  }

  private static Arbitrary<List<Configured<Strategy>>> strategies() {
    Arbitrary<Configured<Strategy>> ewc =
        Combinators.combine(
                Arbitraries.doubles().between(0, Double.MAX_VALUE),
                Arbitraries.of(FakePlugin.Ewc.Fisher.class))
            .as(
                (lambda, fisher) ->
                    new Configured<>(
                        Strategy.class,
                        "ewc",
                        new FakePlugin.Ewc.EwcSettings(lambda, fisher, true, 0.25)));
    Arbitrary<Configured<Strategy>> experts =
        ewc.list()
            .ofMaxSize(2)
            .map(
                inside ->
                    new Configured<>(
                        Strategy.class, "experts", new FakePlugin.Experts.ExpertsSettings(inside)));
    return Arbitraries.oneOf(ewc, experts).list().ofMaxSize(3);
  }
}
