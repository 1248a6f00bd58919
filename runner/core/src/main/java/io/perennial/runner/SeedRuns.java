package io.perennial.runner;

import io.perennial.api.InputException;
import io.perennial.api.Launcher;
import io.perennial.models.Workers;
import io.perennial.runner.config.ConfigurationWriter;
import io.perennial.runner.config.RunConfiguration;
import io.perennial.runner.result.Checkpoint;
import io.perennial.runner.result.CheckpointStore;
import io.perennial.runner.result.Results;
import io.perennial.runner.result.ResultsReader;
import io.perennial.runner.result.ResultsWriter;
import io.perennial.runner.result.RunResult;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runs of a configuration, one for each seed, as they end. */
final class SeedRuns {
  private static final Logger LOG = LoggerFactory.getLogger(SeedRuns.class);

  private final RunConfiguration configuration;
  private final RunOptions options;
  private final Path out;
  private final BooleanSupplier stop;
  private final Assembler assemble;
  private final Workers workers;
  private final Semaphore memory;
  private final boolean several;
  private final ResultsWriter writer;

  /** What has ended so far, by the seed's position. */
  private final Map<Integer, RunResult> ended = new TreeMap<>();

  /** Why seeds have no run at all. */
  private final Map<Long, String> failed = new TreeMap<>();

  private final boolean[] begun;
  private @Nullable Throwable failure;
  private @Nullable RunStoppedException stopped;

  /** Makes the run of a seed. */
  interface Assembler {
    /** Makes it, to be executed by these threads. */
    Assembly assemble(long seed, Workers workers);
  }

  /**
   * Prepares the runs.
   *
   * @param assemble is asked for one run after the other
   * @param workers of a run that executes alone
   * @param atOnce for how many runs' data there is memory
   * @param stop whether runs are to stop
   */
  SeedRuns(
      RunConfiguration configuration,
      RunOptions options,
      Path out,
      Assembler assemble,
      Workers workers,
      int atOnce,
      BooleanSupplier stop) {
    this.configuration = configuration;
    this.options = options;
    this.out = out;
    this.assemble = assemble;
    this.stop = stop;
    this.workers = workers;
    this.memory = new Semaphore(atOnce);
    this.begun = new boolean[configuration.allSeeds().size()];
    this.several = !configuration.seeds().isEmpty();
    this.writer = new ResultsWriter(out);
  }

  /**
   * Executes them where the launcher wants to; a single run here.
   *
   * @throws InputException if one of several cannot be resumed; none was executed then
   * @throws RunFailedException if one failed or was not executed
   */
  Results run(Launcher launcher) {
    if (several && !options.resume()) {
      writeSummary();
    }
    List<SeedRun> runs = new ArrayList<>();
    for (int position = 0; position < configuration.allSeeds().size(); position++) {
      runs.add(new SeedRun(position));
    }
    if (!several) {
      runs.get(0).execute();
    } else {
      refuseUnresumable(runs);
      launch(launcher, runs);
    }
    Results results = results();
    if (failure != null) {
      throw new RunFailedException(Execution.reason(failure), results, failure);
    }
    return results;
  }

  /** Before any goes on: a refusal is the same to people whether there is one seed or more. */
  private void refuseUnresumable(List<SeedRun> runs) {
    List<String> problems = new ArrayList<>();
    for (SeedRun run : runs) {
      try {
        run.refuseUnresumable();
      } catch (InputException e) {
        e.problems().forEach(problem -> problems.add(run.name() + ": " + problem));
      }
    }
    if (!problems.isEmpty()) {
      throw new InputException(problems);
    }
  }

  private void launch(Launcher launcher, List<SeedRun> runs) {
    try {
      launcher.launch(List.copyOf(runs));
    } catch (RuntimeException | LinkageError e) {
      failure = failure == null ? e : failure;
    }
    if (stopped != null) {
      throw stopped;
    }
    for (SeedRun run : runs) {
      if (!ended.containsKey(run.position) && !failed.containsKey(run.seed)) {
        run.fetch();
      }
    }
    writeSummary();
  }

  private Results results() {
    return Results.of(List.copyOf(ended.values()), failed);
  }

  private synchronized void writeSummary() {
    try {
      writer.writeSummary(configuration.name(), results(), configuration.allSeeds().size());
    } catch (UncheckedIOException e) {
      if (failure == null) {
        throw e;
      }
      LOG.warn("{}", e.getMessage()); // A full disk, say, of which the failure tells.
    }
  }

  /** The run of one seed. */
  private final class SeedRun implements Launcher.Run {
    private final int position;
    private final long seed;

    SeedRun(int position) {
      this.position = position;
      this.seed = configuration.allSeeds().get(position);
    }

    @Override
    public String name() {
      return ResultsWriter.seedDirectory(seed);
    }

    @Override
    public String configuration() {
      return new ConfigurationWriter().write(configuration.withSeed(seed));
    }

    @Override
    public Path directory() {
      return several ? out.resolve(name()) : out;
    }

    @Override
    public boolean resumes() {
      return options.resume();
    }

    @Override
    public int threads() {
      return workers.threads();
    }

    @Override
    public void execute(int share) {
      synchronized (SeedRuns.this) {
        if (begun[position]) {
          throw new IllegalStateException("The launcher executes " + name() + " twice");
        }
        begun[position] = true;
        if (stopped != null) {
          return; // It did not begin before the others stopped: resumed, it begins.
        }
      }
      memory.acquireUninterruptibly();
      try {
        if (share >= workers.threads()) {
          execute(workers);
        } else {
          try (Workers own = new Workers(Math.max(1, share))) {
            execute(own);
          }
        }
      } catch (RunStoppedException e) {
        synchronized (SeedRuns.this) {
          stopped = e;
        }
        throw e;
      } catch (InputException e) {
        if (!several) {
          throw e;
        }
        fail(e);
      } catch (RuntimeException e) {
        // Its data or its output directory, say: the other seeds are run all the same.
        fail(e);
      } finally {
        memory.release();
      }
      if (several) {
        writeSummary();
      }
    }

    private void refuseUnresumable() {
      CheckpointStore checkpoints = new CheckpointStore(directory().resolve("checkpoint"));
      if (!options.resume() || checkpoints.latest().isEmpty()) {
        return;
      }
      Assembly assembly = assemble(workers);
      try {
        Optional<Checkpoint> unused =
            Resumption.of(assembly, new Origin(assembly, configuration), checkpoints, options);
      } finally {
        // The first one is executed later; of the others only one fits the memory for sure.
        if (position > 0) {
          assembly.close();
        }
      }
    }

    private void execute(Workers with) {
      try (Assembly assembly = assemble(with)) {
        Execution execution = new Execution(configuration, assembly, directory(), options, stop);
        end(execution.run(), execution.failure());
      }
    }

    /** One after the other: readers of data are not made for several threads. */
    private Assembly assemble(Workers with) {
      synchronized (assemble) {
        return assemble.assemble(seed, with);
      }
    }

    /** What somebody else left in the directory. */
    void fetch() {
      if (!Files.exists(directory().resolve("results.json"))) {
        if (failure == null) {
          failure =
              new IllegalStateException(
                  "The launcher '%s' did not execute %s: there are no results in %s. Run again with --resume."
                      .formatted(configuration.launcher().type(), name(), directory()));
        }
        return;
      }
      RunResult result = new ResultsReader().read(directory());
      end(
          result,
          result.status() == RunResult.Status.COMPLETE
              ? null
              : new IllegalStateException(
                  "%s, executed by '%s', is %s. %s"
                      .formatted(
                          name(),
                          configuration.launcher().type(),
                          Objects.toString(result.status()).toLowerCase(Locale.ROOT),
                          result.failure())));
    }

    private void fail(RuntimeException e) {
      synchronized (SeedRuns.this) {
        failed.put(seed, Execution.reason(e));
        failure = failure == null ? e : failure;
      }
    }

    private void end(RunResult result, @Nullable Throwable reason) {
      synchronized (SeedRuns.this) {
        ended.put(position, result);
        failure = failure == null ? reason : failure;
      }
    }
  }
}
