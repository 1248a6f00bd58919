package io.perennial.runner;

import com.google.inject.Binder;
import io.perennial.api.DataSet;
import io.perennial.api.Finding;
import io.perennial.api.InputException;
import io.perennial.api.Launcher;
import io.perennial.api.RandomSource;
import io.perennial.api.RunListener;
import io.perennial.models.NativeSetup;
import io.perennial.models.Workers;
import io.perennial.runner.config.ConfigurationReader;
import io.perennial.runner.config.ConfigurationWriter;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.data.HandedData;
import io.perennial.runner.data.Preparation;
import io.perennial.runner.inspection.Inspection;
import io.perennial.runner.plugin.DropIns;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.plugin.Wiring;
import io.perennial.runner.report.Report;
import io.perennial.runner.result.History;
import io.perennial.runner.result.OutputDirectory;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.ResultsWriter;
import io.perennial.runner.training.Plan;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lifelong learning from Java: reads configurations, checks and runs them, with the extensions
 * found on the class path.
 *
 * <pre>{@code
 * try (Perennial perennial = Perennial.start()) {
 *   RunConfiguration configuration = perennial.parse("name: mine\n...");
 *   Results results = perennial.run(configuration, RunOptions.into(Path.of("runs/mine")));
 *   System.out.println(results.mean());
 * }
 * }</pre>
 *
 * <p>One run at a time; give each thread an instance of its own.
 */
public final class Perennial implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Perennial.class);

  private final Registry registry;
  private final Workers workers;
  private final HandedData handed = new HandedData();
  private final AtomicBoolean stop = new AtomicBoolean();
  private MemoryLimit memory = new MemoryLimit(0);

  private Perennial(Registry registry, Workers workers) {
    this.registry = registry;
    this.workers = workers;
  }

  /** Starts with as many threads as the machine has processors. */
  public static Perennial start() {
    return start(Runtime.getRuntime().availableProcessors());
  }

  /**
   * Starts with the plugins that this class's own class loader sees. Native libraries are loaded
   * when a run or check needs them.
   *
   * @param threads for the arithmetic, at least 1; results do not depend on it
   */
  public static Perennial start(int threads) {
    return start(threads, DropIns.none());
  }

  /**
   * Starts with plugins from directories, too.
   *
   * @throws InputException if one of the directories or the lock file cannot be read
   */
  public static Perennial start(int threads, DropIns dropIns) {
    return start(threads, Registry.load(Perennial.class.getClassLoader(), dropIns));
  }

  /** Starts with given plugins. */
  public static Perennial start(int threads, Registry registry) {
    return new Perennial(registry, new Workers(threads));
  }

  /** The extensions found, and the plugins that were refused. */
  public Registry extensions() {
    return registry;
  }

  /**
   * Hands over a data set that configurations then name: {@code dataset: {type: arrays, name:
   * NAME}}. It takes the place of an earlier one of that name. {@link
   * io.perennial.runner.data.ArrayExamples} makes examples of arrays and iterators; any other
   * {@link io.perennial.api.Examples} will do.
   *
   * @throws InputException if the parts of the data set do not fit together
   */
  public void provide(String name, DataSet data) {
    handed.put(name, data);
  }

  /**
   * Sets a limit that runs, continuations and opened models must keep to. One whose estimate is
   * above it is refused before anything is written. Native arrays have what the heap may not take
   * ({@code -Xmx}), at least half of it, and end a run with an error beyond that.
   *
   * @param bytes for the whole process, heap and native arrays; 0 for no limit
   */
  public void limitMemory(long bytes) {
    memory = new MemoryLimit(bytes);
  }

  /**
   * Refuses what would not fit, and sees to it that what runs keeps to the limit.
   *
   * @return how many such runs fit side by side
   */
  int keepWithin(Supplier<MemoryEstimate> estimate) {
    if (memory.isNone()) {
      return Integer.MAX_VALUE;
    }
    MemoryEstimate needed = estimate.get();
    needed.refuseAbove(memory);
    memory.enforce();
    return needed.fits(memory.process());
  }

  /**
   * Reads a configuration file.
   *
   * @param overrides {@code key.path=value} each, applied to the file before it is checked
   * @throws InputException with everything that is wrong with it
   */
  public RunConfiguration read(Path yaml, List<String> overrides) {
    return new ConfigurationReader(registry).read(yaml, overrides);
  }

  /**
   * Reads a configuration from text.
   *
   * @throws InputException with everything that is wrong with it
   */
  public RunConfiguration parse(String yaml) {
    return new ConfigurationReader(registry).parse(yaml, "configuration");
  }

  /**
   * Pre-flight: loads the data and checks the composition as a whole, for the first seed.
   *
   * @return errors, which would keep a run from starting, and warnings
   * @throws InputException if the data cannot be used
   */
  public List<Finding> check(RunConfiguration configuration) {
    NativeSetup.prepare();
    RunConfiguration one =
        configuration.orders() > 0 ? OrderRuns.variant(configuration, 1) : configuration;
    try (Assembly assembly = assemble(one, one.allSeeds().get(0))) {
      return assembly.findings();
    }
  }

  /**
   * Looks at the tasks, for the first seed, in the scenario's order: reads every example, trains
   * nothing, and loads no native library.
   *
   * @throws InputException if the data cannot be used
   */
  public Inspection inspect(RunConfiguration configuration) {
    RandomSource random = new RandomSource(configuration.allSeeds().get(0));
    return Inspection.of(
        new Wiring(registry, random, Assembly.with(this::services, new Preparation()))
            .create(configuration.scenario(), "scenario"));
  }

  /**
   * Runs a configuration, once for each order and seed, and writes a report of all of it beside the
   * results.
   *
   * @throws InputException if something is wrong with the input; nothing was written then
   * @throws RunFailedException if a run failed; the others were run all the same
   * @throws RunStoppedException after {@link #stop}
   */
  public Results run(RunConfiguration configuration, RunOptions options) {
    NativeSetup.prepare();
    try {
      Results results =
          configuration.orders() > 0
              ? new OrderRuns(this, configuration, options).run()
              : runSeeds(configuration, options);
      report(options.out());
      return results;
    } catch (RunFailedException e) {
      report(options.out());
      throw e;
    }
  }

  /** As {@link #run}, of one order and without a report. */
  Results runSeeds(RunConfiguration configuration, RunOptions options) {
    boolean several = configuration.seeds().size() > 1 && workers.threads() > 1;
    long before = several ? Heap.used() : 0;
    try (Assembly first = assemble(configuration, configuration.allSeeds().get(0))) {
      first.refuseErrors();
      int fit = keepWithin(() -> MemoryEstimate.ofTraining(first.plan()));
      int atOnce = several ? Math.min(fit, Heap.fits(Heap.used() - before)) : 1;
      String yaml = new ConfigurationWriter().write(configuration);
      try (OutputDirectory out =
          options.resume()
              ? OutputDirectory.reopen(options.out(), yaml, options.force())
              : OutputDirectory.claim(options.out())) {
        new ResultsWriter(out.path()).writeConfiguration(yaml);
        return new SeedRuns(
                configuration,
                options,
                out.path(),
                (seed, with) ->
                    seed == first.seed() && with == workers
                        ? first
                        : assemble(configuration, seed, with),
                workers,
                atOnce,
                this::isToStop)
            .run(launcher(configuration));
      }
    } catch (RunStoppedException e) {
      stop.set(false);
      throw e;
    }
  }

  /** The numbers are what a run is for: they count even if there is no room for the pictures. */
  static void report(Path directory) {
    try {
      Report.of(List.of(directory)).write(directory.resolve(Report.FILE));
    } catch (RuntimeException e) {
      LOG.warn("The report of {} cannot be written", directory, e);
    }
  }

  /**
   * Asks the run that is going on, or else the next one, to finish its step, to save itself and to
   * stop. May be called by any thread.
   */
  public void stop() {
    stop.set(true);
  }

  /** Whether {@link #stop} was called, and no run has stopped since. */
  boolean isToStop() {
    return stop.get();
  }

  private Launcher launcher(RunConfiguration configuration) {
    RandomSource random = new RandomSource(configuration.allSeeds().get(0));
    return new Wiring(registry, random, this::services)
        .create(configuration.launcher(), "launcher");
  }

  /**
   * Opens the model that a run left in its directory, to use it and to teach it further tasks.
   *
   * @param directory of a run with one seed
   * @throws InputException if there is no model that can be used
   */
  public LifelongModel open(Path directory) {
    return new LifelongModel(this, directory, false);
  }

  /**
   * Teaches the model that a run left in its directory further tasks.
   *
   * @param tasks a YAML file with a {@code scenario}, or a directory for the run's own scenario to
   *     read from
   * @param listeners follow it
   * @throws InputException if something is wrong with the input; nothing was written then
   * @throws RunFailedException if it failed; what was learned before is still there
   */
  public Results learn(Path directory, Path tasks, List<RunListener> listeners) {
    NativeSetup.prepare();
    try {
      return new Continuation(this, new RunDirectory(this, directory)).learn(tasks, listeners);
    } catch (RunStoppedException e) {
      stop.set(false);
      throw e;
    }
  }

  int threads() {
    return workers.threads();
  }

  RunConfiguration readTasks(Path tasks, RunConfiguration before) {
    return new ConfigurationReader(registry).readTasks(tasks, before);
  }

  /** What is needed to use what was learned. */
  Plan toUse(RunConfiguration configuration, History history) {
    return Assembly.toUse(configuration, history, registry, this::services, workers);
  }

  /** What is needed to go on with what was learned. */
  Assembly toContinue(Lesson lesson, History before, Past past) {
    return Assembly.of(lesson, before, past, registry, this::services, workers);
  }

  /** Makes the scenarios of earlier generations again. */
  Wiring wiring(long seed, Preparation preparation) {
    return new Wiring(registry, new RandomSource(seed), Assembly.with(this::services, preparation));
  }

  private Assembly assemble(RunConfiguration configuration, long seed) {
    return assemble(configuration, seed, workers);
  }

  private Assembly assemble(RunConfiguration configuration, long seed, Workers with) {
    return Assembly.of(configuration, seed, registry, binder -> services(binder, with), with);
  }

  private void services(Binder binder) {
    services(binder, workers);
  }

  private void services(Binder binder, Workers with) {
    binder.bind(Workers.class).toInstance(with);
    binder.bind(HandedData.class).toInstance(handed);
  }

  /** Ends the threads, and its limit of memory. */
  @Override
  public void close() {
    if (!memory.isNone()) {
      new MemoryLimit(0).enforce();
    }
    workers.close();
  }
}
