package io.perennial.runner.launch;

import io.perennial.api.Description;
import io.perennial.api.Launcher;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Here, several at a time, which share out the threads: two small networks learn faster side by
 * side on a thread each than one after the other on two.
 */
@Description("in this process, several runs at a time as far as there are threads")
final class LocalLauncher implements Launcher {
  private final int parallel;

  /**
   * How many at a time.
   *
   * @param parallel 0 for as many as there are threads
   */
  record Settings(
      @Description(
              value =
                  "Runs at a time, which share the threads among them; results do not depend on it."
                      + " 1: one after the other, each with all threads. 0: one for each thread.",
              byDefault = "0",
              min = 0)
          int parallel) {}

  @Inject
  LocalLauncher(Settings settings) {
    parallel = settings.parallel();
  }

  @Override
  public void launch(List<Run> runs) {
    int threads = runs.isEmpty() ? 1 : runs.get(0).threads();
    int atOnce = Math.min(runs.size(), parallel > 0 ? Math.min(parallel, threads) : threads);
    if (atOnce <= 1) {
      runs.forEach(run -> run.execute(threads));
      return;
    }
    ExecutorService pool =
        Executors.newFixedThreadPool(
            atOnce,
            work -> {
              Thread thread = new Thread(work, "perennial-run");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<?>> waiting = new ArrayList<>();
      for (Run run : runs) {
        waiting.add(
            pool.submit(
                () -> {
                  // The log names the thread: whose line it is.
                  Thread.currentThread().setName(run.name());
                  run.execute(threads / atOnce);
                }));
      }
      // All of them, whatever one throws: a run that is interrupted could not save itself.
      RuntimeException first = null;
      for (Future<?> run : waiting) {
        try {
          await(run);
        } catch (RuntimeException e) {
          first = first == null ? e : first;
        }
      }
      if (first != null) {
        throw first;
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static void await(Future<?> run) {
    try {
      run.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException("A run could not be executed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while runs were executing", e);
    }
  }
}
