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
import io.perennial.models.Workers;
import io.perennial.runner.config.Blocks;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.inspection.LabelChecks;
import io.perennial.runner.plugin.Extension;
import io.perennial.runner.plugin.Kind;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.plugin.Wiring;
import io.perennial.runner.training.Plan;
import io.perennial.runner.training.Preflight;
import io.perennial.runner.training.Stage;
import io.perennial.runner.training.Stopwatch;
import io.perennial.runner.training.TaskStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Everything one run with one seed is made of, wired and checked but not yet started.
 *
 * @param seed of everything random in it
 * @param order that arranged the stream
 * @param plan what is to be trained
 * @param metrics to compute in the end
 * @param findings of the pre-flight
 * @param stopwatch with the time it took to load the data and arrange the tasks
 */
record Assembly(
    long seed,
    TaskOrder order,
    Plan plan,
    List<Metric> metrics,
    List<Finding> findings,
    Stopwatch stopwatch)
    implements AutoCloseable {

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
    RandomSource random = new RandomSource(seed);
    Wiring wiring = new Wiring(registry, random, services);
    checkWiring(configuration, wiring);
    Stopwatch stopwatch = new Stopwatch(workers::cpuNanos);
    Scenario scenario = wiring.create(configuration.scenario(), "scenario");
    List<Task> tasks = stopwatch.time(Stopwatch.Phase.LOAD, scenario::tasks);
    TaskOrder order = wiring.create(configuration.order(), "order");
    int[] positions = stopwatch.time(Stopwatch.Phase.CONSOLIDATE, () -> order.order(tasks));
    refuseOrder(scenario, configuration.order().type(), positions);
    TaskStream stream =
        TaskStream.of(tasks, positions)
            .first(configuration.firstTasks())
            .measuredOn(configuration.measureOn());
    List<Stage> stages = stages(configuration.strategies(), wiring);
    List<RunListener> listeners = new ArrayList<>();
    for (Configured<RunListener> block : configuration.listeners()) {
      listeners.add(wiring.create(block, "listener " + listeners.size()));
    }
    Optimizer optimizer = wiring.create(configuration.training().optimizer(), "optimizer");
    Model model =
        wiring
            .create(configuration.model(), "model")
            .create(
                new ModelFactory.Request(
                    stream.tasks().get(0).shape(),
                    stream.classesAfter(0),
                    DataType.FLOAT,
                    random.child("first weights")));
    Plan plan =
        new Plan(
            stream,
            scenario.boundaries(),
            scenario.setting(),
            model,
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
            stream.tasks(),
            model,
            stages.stream().map(Stage::strategy).toList());
    List<Finding> findings = new ArrayList<>();
    findings.addAll(LabelChecks.of(tasks, scenario.setting(), scenario.boundaries()));
    findings.addAll(
        Preflight.check(composition, stages, scenario.boundaries(), configuration.training()));
    return new Assembly(
        seed,
        order,
        plan,
        metrics(configuration, registry, wiring),
        List.copyOf(findings),
        stopwatch);
  }

  /**
   * Reports all wiring errors at once, before the data is loaded. What stands inside a block is
   * made and dropped: an expert's strategies, say, are needed only when a task begins, which is too
   * late.
   */
  private static void checkWiring(RunConfiguration configuration, Wiring wiring) {
    List<Configured<?>> blocks = new ArrayList<>();
    blocks.add(configuration.scenario());
    blocks.add(configuration.order());
    blocks.add(configuration.model());
    blocks.add(configuration.training().optimizer());
    blocks.addAll(configuration.strategies());
    blocks.addAll(configuration.listeners());
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
