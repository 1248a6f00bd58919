package io.perennial.runner.training;

import io.perennial.api.Examples;
import io.perennial.models.Vectors;
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

  /** Where a thread's examples become floats, in its core's cache, on their way to the batch. */
  private static final ThreadLocal<float[]> SCRATCH = ThreadLocal.withInitial(() -> new float[0]);

  private final int width;
  private final IntFunction<BatchArrays> allocate;
  private final Workers workers;
  private final Consumer<Slot> background;
  private Slot current;
  private Slot next;
  private long waited;

  /**
   * @param width of an example
   * @param allocate makes the arrays of batches of so many rows
   * @param workers who help when rows are needed now
   * @param background has others read ahead: it gives what it is given to a thread that runs it, or
   *     to threads that ask it for a block at a time
   */
  RowReader(
      int width, IntFunction<BatchArrays> allocate, Workers workers, Consumer<Slot> background) {
    this.width = width;
    this.allocate = allocate;
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

  /**
   * Begins to read what will be asked for next; a mere hint.
   *
   * @param more rows that will probably follow those read
   */
  void ahead(Request request, int more) {
    if (request.count > 0) {
      next.start(request, more);
      background.accept(next);
    }
  }

  /**
   * Reads.
   *
   * @param more rows that will probably follow those read
   * @return the rows, until the next call
   */
  Slot read(Request request, int more) {
    if (!request.isSame(next.request)) {
      next.start(request, more);
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

  /** Stops reading and frees the arrays. */
  void close() {
    current.close();
    next.close();
  }

  /** The rows of one batch. */
  final class Slot implements Runnable, BooleanSupplier {
    private final SizedBuffers<BatchArrays> sized = new SizedBuffers<>(allocate);
    private BatchArrays arrays = sized.of(1);
    private int blocks;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger readers = new AtomicInteger();
    private final IntConsumer part = this::readPart;
    private volatile @Nullable Throwable failure;
    private @Nullable Request request;

    /** With the rows read, and all others, in arrays of a batch of this size. */
    BatchArrays exactly(int rows) {
      return arrays.rows() == rows ? arrays : moved(rows, Math.min(rows, arrays.rows()));
    }

    /** With the rows there are, in arrays of a batch of at least this size. */
    BatchArrays atLeast(int rows, int filled) {
      return arrays.rows() >= rows ? arrays : moved(rows, filled);
    }

    private BatchArrays moved(int rows, int filled) {
      BatchArrays other = sized.of(rows);
      other.take(arrays, filled);
      arrays = other;
      return other;
    }

    private void start(Request wanted, int more) {
      stop();
      failure = null;
      request = wanted;
      blocks = (wanted.count + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK;
      arrays = sized.of(Math.max(1, wanted.count + more));
      done.set(0);
      begun.set(0);
    }

    /** Nobody will want what is being read: the rest of it is left, what is begun is finished. */
    private void stop() {
      begun.set(Integer.MAX_VALUE / 2);
      pauseWhile(this::isBeingRead);
    }

    private void close() {
      stop();
      sized.close();
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
        int first = block * ROWS_PER_BLOCK;
        int end = Math.min(wanted.count, first + ROWS_PER_BLOCK);
        float[] values = scratch();
        for (int n = first; n < end; n++) {
          Examples examples = wanted.source.apply(wanted.tasks[wanted.from + n]);
          int row = wanted.rows[wanted.from + n];
          examples.read(row, values, (n - first) * width);
          arrays.labels[n] = examples.label(row);
        }
        Vectors.write(values, 0, (end - first) * width, arrays.features, first * width);
      } catch (Throwable e) { // Carried to whoever needs the rows, whatever it is.
        failure = e;
      }
      done.incrementAndGet();
      return true;
    }

    private float[] scratch() {
      float[] values = SCRATCH.get();
      if (values.length < ROWS_PER_BLOCK * width) {
        values = new float[ROWS_PER_BLOCK * width];
        SCRATCH.set(values);
      }
      return values;
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
