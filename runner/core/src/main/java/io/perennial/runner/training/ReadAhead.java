package io.perennial.runner.training;

import io.perennial.models.Workers;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Has the rows of the next batch read while the present one is worked on: by a thread of its own if
 * the workers leave a core to it; else by the workers, while they wait for each other. One thread
 * more than there are cores would stop a worker in the middle of a product, for whom all the others
 * wait.
 */
final class ReadAhead implements Consumer<RowReader.Slot>, AutoCloseable {
  private final Workers workers;
  private final boolean coreFree;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "perennial-reader");
            thread.setDaemon(true);
            return thread;
          });

  ReadAhead(Workers workers) {
    this(workers, workers.threads() < Runtime.getRuntime().availableProcessors());
  }

  ReadAhead(Workers workers, boolean coreFree) {
    this.workers = workers;
    this.coreFree = coreFree;
  }

  @Override
  public void accept(RowReader.Slot slot) {
    if (coreFree) {
      thread.execute(slot);
    } else {
      workers.meanwhile(slot);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    workers.meanwhile(null);
  }
}
