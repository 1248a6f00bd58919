package io.perennial.runner;

import com.google.inject.Module;
import io.perennial.api.Composition;
import io.perennial.api.Configured;
import io.perennial.api.Finding;
import io.perennial.api.InputException;
import io.perennial.api.Metric;
import io.perennial.api.Model;
import io.perennial.api.ModelFactory;
import io.perennial.api.Optimizer;
import io.perennial.api.RandomSource;
import io.perennial.api.Registration;
import io.perennial.api.RunListener;
import io.perennial.api.Scenario;
import io.perennial.api.Strategy;
import io.perennial.api.Task;
import io.perennial.api.TaskOrder;
import io.perennial.models.NativeSetup;
import io.perennial.models.Workers;
import io.perennial.runner.config.Blocks;
import io.perennial.runner.config.Records;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.data.Preparation;
import io.perennial.runner.export.Weights;
import io.perennial.runner.inspection.Fingerprint;
import io.perennial.runner.inspection.LabelChecks;
import io.perennial.runner.plugin.Extension;
import io.perennial.runner.plugin.Kind;
import io.perennial.runner.plugin.LoadedPlugin;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.plugin.Wiring;
import io.perennial.runner.result.History;
import io.perennial.runner.training.AbsentExamples;
import io.perennial.runner.training.Plan;
import io.perennial.runner.training.Preflight;
import io.perennial.runner.training.Stage;
import io.perennial.runner.training.Stopwatch;
import io.perennial.runner.training.TaskStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Everything one run with one seed is made of, wired and checked but not yet started.
 *
 * @param seed of everything random in it
 * @param order that arranged the stream
 * @param plan what is to be trained
 * @param metrics to compute in the end
 * @param findings of the pre-flight
 * @param data the sums of the data of the run's own first task, of its first two, ...
 * @param history of what is taught, this run's own tasks included
 * @param plugins the version of each plugin that has a part in it, with the jars' sums if it was
 *     dropped in
 * @param stopwatch with the time it took to load the data and arrange the tasks
 */
record Assembly(
    long seed,
    TaskOrder order,
    Plan plan,
    List<Metric> metrics,
    List<Finding> findings,
    List<String> data,
    History history,
    Map<String, String> plugins,
    Stopwatch stopwatch)
    implements AutoCloseable {

  private static final Past NOTHING =
      new Past(
          file -> {
            throw new InputException("there is no configuration " + file);
          },
          preparation -> {
            throw new IllegalStateException("Nothing was learned before");
          });

  /**
   * Loads the data and wires the run.
   *
   * @throws InputException if the data or the wiring is at fault
   */
  static Assembly of(
      RunConfiguration configuration,
      long seed,
      Registry registry,
      Module services,
      Workers workers) {
    return of(
        Lesson.of(configuration, "config.yaml"),
        new History(seed, List.of()),
        NOTHING,
        registry,
        services,
        workers);
  }

  /**
   * Loads the data and wires the run that goes on with what was learned before.
   *
   * @param before what was taught until now
   * @param past brings the tasks of before back
   * @throws InputException if the data or the wiring is at fault
   */
  static Assembly of(
      Lesson lesson,
      History before,
      Past past,
      Registry registry,
      Module services,
      Workers workers) {
    RunConfiguration configuration = lesson.configuration();
    RandomSource random = new RandomSource(before.seed());
    Preparation preparation =
        before.generations().isEmpty()
            ? new Preparation()
            : Preparation.of(before.latest().preparation());
    Wiring wiring = new Wiring(registry, random, with(services, preparation));
    checkWiring(configuration, wiring);
    Stopwatch stopwatch = new Stopwatch(workers::cpuNanos);
    Scenario scenario = lesson.scenario(wiring);
    List<Task> tasks = stopwatch.time(Stopwatch.Phase.LOAD, scenario::tasks);
    TaskOrder order = wiring.create(configuration.order(), "order");
    int[] positions = stopwatch.time(Stopwatch.Phase.CONSOLIDATE, () -> order.order(tasks));
    refuseOrder(scenario, configuration.order().type(), positions);
    TaskStream taught =
        TaskStream.of(tasks, positions, scenario.classNames())
            .first(configuration.firstTasks())
            .measuredOn(configuration.measureOn());
    List<String> data =
        stopwatch.time(
            Stopwatch.Phase.LOAD, () -> Fingerprint.prefixes(taught.tasks(), taught.classNames()));
    NativeSetup.ensure(); // From here on for certain; data and wiring seldom need it.
    List<Finding> findings = new ArrayList<>();
    TaskStream stream =
        before.generations().isEmpty()
            ? taught
            : past.stream(before, preparation, findings).then(taught, scenario.setting());
    List<Stage> stages = stages(configuration.strategies(), wiring);
    List<RunListener> listeners = new ArrayList<>();
    for (Configured<RunListener> block : configuration.listeners()) {
      listeners.add(wiring.create(block, "listener " + listeners.size()));
    }
    Optimizer optimizer = wiring.create(configuration.training().optimizer(), "optimizer");
    Plan plan =
        new Plan(
            stream,
            scenario.boundaries(),
            scenario.setting(),
            before.generations().isEmpty()
                ? firstModel(configuration, stream, wiring, random, preparation.vocabulary())
                : model(configuration, stream, wiring, random),
            optimizer,
            stages,
            configuration.training(),
            configuration.evaluate(),
            configuration.curves(),
            listeners,
            random.child("training"),
            workers);
    Composition composition =
        new Composition(
            configuration.pipeline(),
            scenario.setting(),
            stream.tasks().stream().filter(task -> !AbsentExamples.of(task)).toList(),
            plan.model(),
            stages.stream().map(Stage::strategy).toList());
    findings.addAll(LabelChecks.of(tasks, scenario.setting(), scenario.boundaries()));
    findings.addAll(
        Preflight.check(composition, stages, scenario.boundaries(), configuration.training()));
    findings.addAll(Preflight.checkOldTasks(stream.tasks(), stages));
    return new Assembly(
        before.seed(),
        order,
        plan,
        metrics(configuration, registry, wiring),
        List.copyOf(findings),
        data,
        before.then(
            lesson.generation(
                taught, stream, positions, data.get(data.size() - 1), before.seed(), preparation)),
        plugins(configuration, registry),
        stopwatch);
  }

  /**
   * What is needed to use what was learned, without any data: no strategy is checked, and nothing
   * can be trained.
   *
   * @param history of what was learned
   */
  static Plan toUse(
      RunConfiguration configuration,
      History history,
      Registry registry,
      Module services,
      Workers workers) {
    RandomSource random = new RandomSource(history.seed());
    Wiring wiring = new Wiring(registry, random, with(services, new Preparation()));
    Scenario scenario = wiring.create(configuration.scenario(), "scenario");
    TaskStream stream = Past.absent(history);
    return new Plan(
        stream,
        scenario.boundaries(),
        scenario.setting(),
        model(configuration, stream, wiring, random),
        wiring.create(configuration.training().optimizer(), "optimizer"),
        stages(configuration.strategies(), wiring),
        configuration.training(),
        configuration.evaluate(),
        configuration.curves(),
        List.of(),
        random.child("training"),
        workers);
  }

  /** With the first parameters that were given, if any were; later they come from checkpoints. */
  private static Model firstModel(
      RunConfiguration configuration,
      TaskStream stream,
      Wiring wiring,
      RandomSource random,
      List<String> vocabulary) {
    Model model = model(configuration, stream, wiring, random);
    if (Records.find(configuration.model().settings(), "from") instanceof Path file
        && !file.toString().isEmpty()) {
      try {
        Weights.read(file, model, vocabulary, random.child("words without weights"));
      } catch (InputException e) {
        model.close();
        throw e;
      }
    }
    return model;
  }

  private static Model model(
      RunConfiguration configuration, TaskStream stream, Wiring wiring, RandomSource random) {
    return wiring
        .create(configuration.model(), "model")
        .create(
            new ModelFactory.Request(
                stream.tasks().get(0).shape(),
                stream.classesAfter(0),
                DataType.FLOAT,
                random.child("first weights")));
  }

  /** The services that data sources need, too. */
  static Module with(Module services, Preparation preparation) {
    return binder -> {
      services.configure(binder);
      binder.bind(Preparation.class).toInstance(preparation);
    };
  }

  /**
   * Reports all wiring errors at once, before the data is loaded. What stands inside a block is
   * made and dropped: an expert's strategies, say, are needed only when a task begins, which is too
   * late.
   */
  private static void checkWiring(RunConfiguration configuration, Wiring wiring) {
    List<Configured<?>> blocks = new ArrayList<>(learning(configuration));
    blocks.add(configuration.launcher());
    blocks.addAll(configuration.metrics());
    List<String> problems = new ArrayList<>();
    for (Configured<?> block : blocks) {
      collect(problems, () -> wiring.check(block, Kind.label(block.kind())));
      for (Configured<?> inner : Blocks.inside(block)) {
        collect(problems, () -> wiring.create(inner, "inside " + block.type()));
      }
    }
    if (!problems.isEmpty()) {
      throw new InputException(problems);
    }
  }

  /** The blocks that what is learned follows from. */
  private static List<Configured<?>> learning(RunConfiguration configuration) {
    List<Configured<?>> blocks = new ArrayList<>();
    blocks.add(configuration.scenario());
    blocks.add(configuration.order());
    blocks.add(configuration.model());
    blocks.add(configuration.training().optimizer());
    blocks.addAll(configuration.strategies());
    blocks.addAll(configuration.listeners());
    return blocks;
  }

  private static Map<String, String> plugins(RunConfiguration configuration, Registry registry) {
    Map<String, String> plugins = new TreeMap<>();
    for (Configured<?> block : learning(configuration)) {
      List<Configured<?>> all = new ArrayList<>(List.of(block));
      all.addAll(Blocks.inside(block));
      for (Configured<?> part : all) {
        LoadedPlugin plugin = registry.get(part.kind(), part.type()).plugin();
        plugins.put(plugin.name(), registry.identity(plugin));
      }
    }
    return plugins;
  }

  /** The parts of a stream without boundaries follow from each other. */
  private static void refuseOrder(Scenario scenario, String order, int[] positions) {
    boolean given = true;
    for (int i = 0; i < positions.length; i++) {
      given &= positions[i] == i;
    }
    if (scenario.boundaries() == Scenario.Boundaries.NONE && !given) {
      throw new InputException(
          "order: %s rearranges tasks, and a stream without boundaries has none to rearrange. Leave order out."
              .formatted(order));
    }
  }

  private static void collect(List<String> problems, Runnable part) {
    try {
      part.run();
    } catch (InputException e) {
      problems.addAll(e.problems());
    }
  }

  private static List<Stage> stages(List<Configured<Strategy>> blocks, Wiring wiring) {
    List<Stage> stages = new ArrayList<>();
    for (Configured<Strategy> block : blocks) {
      String label = "strategy " + stages.size() + " " + block.type();
      stages.add(new Stage(block.type(), stages.size(), wiring.create(block, label)));
    }
    return stages;
  }

  private static List<Metric> metrics(
      RunConfiguration configuration, Registry registry, Wiring wiring) {
    List<Configured<Metric>> blocks = new ArrayList<>();
    for (Extension<?> metric : registry.extensions(Kind.METRIC)) {
      if (metric.settings().isEmpty()) {
        blocks.add(new Configured<>(Metric.class, metric.name(), new Registration.NoSettings()));
      }
    }
    for (Configured<Metric> block : configuration.metrics()) {
      if (!(block.settings() instanceof Registration.NoSettings)) {
        blocks.add(block);
      }
    }
    List<Metric> metrics = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Configured<Metric> block : blocks) {
      Metric metric = wiring.create(block, "metric " + metrics.size() + " " + block.type());
      if (!names.add(metric.name())) {
        throw new InputException(
            "metrics: two of them are called '%s' in the results. Give '%s' settings that name it otherwise, or remove one."
                .formatted(metric.name(), block.type()));
      }
      metrics.add(metric);
    }
    return metrics;
  }

  /**
   * Refuses a composition that cannot work.
   *
   * @throws InputException with every error
   */
  void refuseErrors() {
    List<String> errors =
        findings.stream()
            .filter(finding -> finding.severity() == Finding.Severity.ERROR)
            .map(Finding::toString)
            .toList();
    if (!errors.isEmpty()) {
      throw new InputException(errors);
    }
  }

  /** Frees a run that is not started; a started one frees its model itself. */
  @Override
  public void close() {
    plan.model().close();
  }
}
