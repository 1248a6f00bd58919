package io.perennial.runner.training;

import io.perennial.api.Examples;
import io.perennial.models.Workers;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads examples for one batch while the batch before it is being worked on. Whoever needs rows
 * that are not read yet helps, with all workers: slow data is read by every thread there is, fast
 * data costs the step nothing. Which thread reads a row cannot show.
 */
final class RowReader {
  /** What a thread reads at a time, while a step may already wait for it again. */
  private static final int ROWS_PER_BLOCK = 8;

  private static final int SPINS = 1000;
  private static final long PAUSE_NANOS = 20_000;

  private final int width;
  private final Workers workers;
  private final Consumer<Slot> background;
  private Slot current;
  private Slot next;
  private long waited;

  /**
   * @param width of an example
   * @param workers who help when rows are needed now
   * @param background has others read ahead: it gives what it is given to a thread that runs it, or
   *     to threads that ask it for a block at a time
   */
  RowReader(int width, Workers workers, Consumer<Slot> background) {
    this.width = width;
    this.workers = workers;
    this.background = background;
    this.current = new Slot();
    this.next = new Slot();
  }

  /** What to read: of these rows, of the tasks that stand beside them, some. */
  record Request(IntFunction<Examples> source, int[] tasks, int[] rows, int from, int count) {
    boolean isSame(@Nullable Request other) {
      return other != null
          && source == other.source
          && tasks == other.tasks
          && rows == other.rows
          && from == other.from
          && count == other.count;
    }
  }

  /** Begins to read what will be asked for next; a mere hint. */
  void ahead(Request request) {
    if (request.count > 0) {
      next.start(request);
      background.accept(next);
    }
  }

  /**
   * Reads.
   *
   * @return the rows, until the next call
   */
  Slot read(Request request) {
    if (!request.isSame(next.request)) {
      next.start(request);
    }
    long start = System.nanoTime();
    Slot slot = next;
    if (slot.isWorkLeft()) {
      workers.run(slot.blocks, slot.part);
    }
    slot.await();
    waited += System.nanoTime() - start;
    next = current;
    current = slot;
    slot.request = null;
    return slot;
  }

  /** For how long rows were waited for or read by those who needed them, in nanoseconds. */
  long waited() {
    return waited;
  }

  /** The rows of one batch. */
  final class Slot implements Runnable, BooleanSupplier {
    private float[] features = {};
    private int[] labels = {};
    private int blocks;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger readers = new AtomicInteger();
    private final IntConsumer part = this::readPart;
    private volatile @Nullable Throwable failure;
    private @Nullable Request request;

    /** {@code [rows, width]}, as long as the batch at least; the reader's to use again. */
    float[] features() {
      return features;
    }

    /** One a row. */
    int[] labels() {
      return labels;
    }

    /** Makes room for more rows after those read. */
    void reserve(int rows) {
      if (labels.length < rows) {
        float[] longer = new float[rows * width];
        System.arraycopy(features, 0, longer, 0, features.length);
        features = longer;
        int[] more = new int[rows];
        System.arraycopy(labels, 0, more, 0, labels.length);
        labels = more;
      }
    }

    private void start(Request wanted) {
      // Nobody will want what is being read: the rest of it is left, what is begun is finished.
      begun.set(Integer.MAX_VALUE / 2);
      pauseWhile(this::isBeingRead);
      failure = null;
      request = wanted;
      blocks = (wanted.count + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK;
      reserve(wanted.count);
      done.set(0);
      begun.set(0);
    }

    private boolean isBeingRead() {
      return readers.get() > 0;
    }

    private boolean isWorkLeft() {
      return begun.get() < blocks;
    }

    private boolean isUnfinished() {
      return done.get() < blocks;
    }

    @Override
    public void run() {
      while (getAsBoolean()) {
        // Until another thread has begun the last block.
      }
    }

    private void readPart(int ignored) {
      getAsBoolean();
    }

    /** Reads a block; false if another thread has begun the last one. */
    @Override
    public boolean getAsBoolean() {
      if (!isWorkLeft()) {
        return false;
      }
      readers.incrementAndGet();
      try {
        return readOne();
      } finally {
        readers.decrementAndGet();
      }
    }

    private boolean readOne() {
      int block = begun.getAndIncrement();
      Request wanted = request;
      if (block >= blocks || wanted == null) {
        return false;
      }
      try {
        int end = Math.min(wanted.count, (block + 1) * ROWS_PER_BLOCK);
        for (int n = block * ROWS_PER_BLOCK; n < end; n++) {
          Examples examples = wanted.source.apply(wanted.tasks[wanted.from + n]);
          int row = wanted.rows[wanted.from + n];
          examples.read(row, features, n * width);
          labels[n] = examples.label(row);
        }
      } catch (Throwable e) { // Carried to whoever needs the rows, whatever it is.
        failure = e;
      }
      done.incrementAndGet();
      return true;
    }

    private void await() {
      for (int spins = 0; isUnfinished(); spins++) {
        pause(spins);
      }
      Throwable problem = failure;
      if (problem instanceof Error error) {
        throw error;
      }
      if (problem instanceof RuntimeException exception) {
        throw exception;
      }
      if (problem != null) {
        throw new IllegalStateException("The examples could not be read", problem);
      }
    }

    private void pauseWhile(BooleanSupplier condition) {
      for (int spins = 0; condition.getAsBoolean(); spins++) {
        pause(spins);
      }
    }

    private void pause(int spins) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(this, PAUSE_NANOS);
      }
    }
  }
}
