package io.perennial.runner;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Artefact;
import io.perennial.api.Finding;
import io.perennial.api.Measurements;
import io.perennial.api.Metric;
import io.perennial.api.RunInfo;
import io.perennial.api.RunListener;
import io.perennial.api.Strategy;
import io.perennial.models.NativeSetup;
import io.perennial.models.Vectors;
import io.perennial.runner.config.ConfigurationWriter;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.result.Checkpoint;
import io.perennial.runner.result.CheckpointStore;
import io.perennial.runner.result.Environment;
import io.perennial.runner.result.History;
import io.perennial.runner.result.ResultsWriter;
import io.perennial.runner.result.RunResult;
import io.perennial.runner.result.Seconds;
import io.perennial.runner.training.SavePoints;
import io.perennial.runner.training.Stage;
import io.perennial.runner.training.Stopwatch;
import io.perennial.runner.training.Training;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run with one seed: trains, and keeps its results on disk up to date. */
final class Execution {
  private static final Logger LOG = LoggerFactory.getLogger(Execution.class);

  private final RunConfiguration configuration;
  private final Assembly assembly;
  private final ResultsWriter writer;
  private final CheckpointStore checkpoints;
  private final RunOptions options;
  private final Training training;
  private final Origin origin;
  private final Checkpointing checkpointing;
  private String sha256 = "";
  private final RunInfo info;
  private boolean opened;
  private @Nullable Throwable failure;

  Execution(
      RunConfiguration configuration,
      Assembly assembly,
      Path directory,
      RunOptions options,
      BooleanSupplier stop) {
    this.configuration = configuration;
    this.assembly = assembly;
    this.writer = new ResultsWriter(directory);
    this.checkpoints =
        new CheckpointStore(directory.resolve("checkpoint"), configuration.checkpoint().keep());
    this.info =
        new RunInfo(
            configuration.name(),
            assembly.seed(),
            directory,
            new ConfigurationWriter().flat(configuration.withSeed(assembly.seed())));
    this.options = options;
    this.origin = new Origin(assembly, configuration);
    this.checkpointing =
        new Checkpointing(
            checkpoints, configuration.checkpoint(), origin, assembly.stopwatch(), stop);
    this.training = new Training(assembly.plan(), assembly.stopwatch(), options.listeners());
  }

  /** Why the run failed; null if it did not. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** What to tell people of a failure; an error's message means little without its type. */
  static String reason(Throwable failure) {
    String message = failure.getMessage();
    return message == null || failure instanceof Error ? failure.toString() : message;
  }

  /**
   * Goes on from the latest checkpoint if it is to, and learns the tasks that are left.
   *
   * @throws io.perennial.api.InputException as {@link Resumption} says; nothing was changed then.
   *     Whatever goes wrong later is a {@link #failure()}.
   * @throws RunStoppedException when it was asked to stop, and is saved
   */
  RunResult run() {
    try {
      return run(Resumption.of(assembly, origin, checkpoints, options));
    } finally {
      training.close();
    }
  }

  private RunResult run(Optional<Checkpoint> checkpoint) {
    try {
      checkpoint.ifPresent(this::resume);
      if (checkpoint.map(Checkpoint::tasksDone).orElse(0) < assembly.plan().stream().size()) {
        assembly.history().write(writer.directory());
      }
      // A run that is killed in its first task is to be seen, too.
      write(RunResult.Status.RUNNING);
      opened = true;
      listeners(listener -> listener.runOpened(info));
      LOG.info("Run '{}' with seed {} starts", configuration.name(), assembly.seed());
      training.run(savePoints());
      LOG.info("Steps waited {} s for examples", training.secondsWaited());
      sha256 = Vectors.sha256(training.model().parameters());
      RunResult result = write(RunResult.Status.COMPLETE);
      end(result, "");
      return result;
    } catch (RunStoppedException e) {
      LOG.info("{}", e.getMessage());
      endQuietly(write(RunResult.Status.RUNNING), reason(e));
      throw e;
    } catch (RuntimeException | Error e) {
      // An error, too: a plugin that does not link or memory that ran out ends this run only.
      LOG.error("Run '{}' with seed {} failed", configuration.name(), assembly.seed(), e);
      failure = e;
      RunResult result = writeFailed();
      endQuietly(result, result.failure());
      return result;
    }
  }

  private RunResult writeFailed() {
    RunResult failed = result(RunResult.Status.FAILED);
    try {
      writer.write(failed);
    } catch (UncheckedIOException e) {
      // A full disk, say; what failed is told all the same.
      LOG.warn("{}", e.getMessage());
    }
    return failed;
  }

  private void end(RunResult result, String why) {
    if (opened) {
      opened = false;
      listeners(listener -> listener.runEnded(info, result.metrics(), why));
    }
  }

  private void endQuietly(RunResult result, String why) {
    try {
      end(result, why);
    } catch (RuntimeException | Error later) {
      LOG.warn("A listener did not take the end of the run", later);
    }
  }

  private void listeners(Consumer<RunListener> call) {
    assembly.plan().listeners().forEach(call);
    options.listeners().forEach(call);
  }

  private void resume(Checkpoint latest) {
    latest.damaged().forEach(LOG::warn);
    training.restore(latest.state());
    LOG.info("Resumed {}", latest.place());
  }

  private SavePoints savePoints() {
    int all = assembly.plan().stream().size();
    return new SavePoints() {
      @Override
      public void taskDone(Training done, int tasks) {
        checkpointing.taskDone(done, tasks);
        // Results hold all T² cells of R. Where nothing was measured they have nothing new to tell,
        // and writing them after each task of a long stream would cost more than learning it.
        if (done.measures(tasks - 1)) {
          write(RunResult.Status.RUNNING);
        }
        checkpointing.stopIfAsked(tasks, all);
      }

      @Override
      public void stepDone(Training done) {
        checkpointing.stepDone(done);
      }
    };
  }

  private RunResult write(RunResult.Status status) {
    RunResult result = result(status);
    writer.write(result);
    if (status == RunResult.Status.COMPLETE) {
      new ModelCard(configuration, assembly.history(), result).write(writer.directory());
    }
    return result;
  }

  private RunResult result(RunResult.Status status) {
    AccuracyMatrix accuracy = training.accuracy();
    List<Stage> stages = assembly.plan().stages();
    Map<String, String> conventions = new LinkedHashMap<>();
    Map<String, List<Artefact>> artefacts = new LinkedHashMap<>();
    List<History.Generation> generations = assembly.history().generations();
    for (int g = 0; g < generations.size(); g++) {
      String key = RunResult.scenario(g);
      conventions.put(key, generations.get(g).dataSha256());
    }
    Measurements measured = measured(conventions);
    Map<String, Metric.Value> metrics = new LinkedHashMap<>();
    Map<String, String> formulas = new LinkedHashMap<>();
    for (Metric metric : assembly.metrics()) {
      Metric.Value missing = Metric.Value.missing("its computation failed");
      metrics.put(metric.name(), contributed(() -> metric.compute(measured), missing));
      formulas.put(metric.name(), metric.formula());
    }
    if (configuration.curves().every() > 0) {
      conventions.put("curves.every", Integer.toString(configuration.curves().every()));
      conventions.put("curves.examples", Integer.toString(configuration.curves().examples()));
    }
    Map<String, Strategy> sources = new LinkedHashMap<>();
    sources.put("order", assembly.order());
    for (Stage stage : stages) {
      sources.put(stage.label(stages), stage.strategy());
    }
    sources.forEach(
        (label, source) -> {
          contributed(source::conventions, Map.<String, String>of()).entrySet().stream()
              .sorted(Map.Entry.comparingByKey())
              .forEach(entry -> conventions.put(label + "." + entry.getKey(), entry.getValue()));
          artefacts.put(label, contributed(source::artefacts, List.<Artefact>of()));
        });
    artefacts.put(RunResult.MEASURES, training.artefacts());
    List<String> types = new ArrayList<>(stages.stream().map(Stage::name).toList());
    if (types.isEmpty()) {
      types.add("naive");
    }
    List<Finding> findings = assembly.findings();
    return new RunResult(
        configuration.name(),
        status,
        assembly.seed(),
        configuration.pipeline(),
        assembly.plan().setting(),
        accuracy,
        training.curve(),
        types,
        metrics,
        formulas,
        training.parameterCounts(),
        sha256,
        seconds(),
        environment(),
        conventions,
        findings,
        failure == null ? "" : reason(failure),
        artefacts);
  }

  private Measurements measured(Map<String, String> conventions) {
    return new Measurements(
        assembly.seed(),
        RunResult.stream(conventions),
        training.accuracy(),
        training.curve(),
        training.calibration(),
        training.parameterCounts(),
        training.model().multiplyAccumulates(),
        training.strategyBytes());
  }

  /** A contribution that cannot be made fails a run, but does not hide that it has failed. */
  private <T> T contributed(Supplier<T> contribution, T without) {
    try {
      return contribution.get();
    } catch (RuntimeException | Error e) {
      if (failure == null) {
        throw e;
      }
      LOG.warn("The results of the failed run lack something", e);
      return without;
    }
  }

  private Seconds seconds() {
    Stopwatch watch = assembly.stopwatch();
    return new Seconds(
        watch.seconds(Stopwatch.Phase.LOAD),
        watch.seconds(Stopwatch.Phase.TRAIN),
        watch.seconds(Stopwatch.Phase.CONSOLIDATE),
        watch.seconds(Stopwatch.Phase.EVALUATE),
        watch.cpuSeconds());
  }

  private Map<String, Object> environment() {
    NativeSetup.Report report = NativeSetup.ensure();
    Map<String, Object> environment =
        new Environment(
                report.nd4jVersion(),
                report.blas(),
                report.cpu(),
                assembly.plan().workers().threads())
            .toMap();
    List<String> plugins = new ArrayList<>();
    assembly.plugins().forEach((name, identity) -> plugins.add(name + " " + identity));
    environment.put("plugins", String.join("; ", plugins));
    return environment;
  }
}
