package io.perennial.models;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads that share out the shards of one task at a time; the calling thread is
 * one of them. Each has a run of neighbouring shards, the same ones each time, whose memory its
 * core's cache then holds; who is done early takes over what others have not begun, so that a
 * thread that the system keeps waiting keeps nobody else waiting. What a shard computes must depend
 * on its number only: then results never depend on how many threads there are, nor on who was
 * early.
 *
 * <p>The threads are daemons. Between tasks they wait actively for a moment, because the next task
 * of a training step follows within microseconds, and then sleep. A call allocates nothing.
 */
public final class Workers implements AutoCloseable {
  /** About the time from one task of a step to the next; waking a thread costs nearly as much. */
  private static final long SPIN_NANOS = 100_000;

  /** Each thread's range has two cache lines of its own. */
  private static final int PADDING = 16;

  private static final int MOST_SHARDS = 1 << 16;

  private final Worker[] others;

  /** The shards that nobody has begun yet, as one {@link #range} a thread. */
  private final AtomicLongArray ranges;

  private final AtomicInteger unfinished = new AtomicInteger();
  private final SortedMap<Integer, Throwable> failures = new TreeMap<>();
  private final Object turn = new Object();

  private @Nullable IntConsumer task;
  private @Nullable Thread caller;
  private volatile @Nullable BooleanSupplier meanwhile;
  private volatile int generation;
  private volatile boolean closed;

  /**
   * Starts the threads.
   *
   * @param threads how many work at a time, the calling one among them; at least 1
   */
  public Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, not " + threads);
    }
    others = new Worker[threads - 1];
    ranges = new AtomicLongArray(threads * PADDING);
    for (int i = 0; i < others.length; i++) {
      others[i] = new Worker(i + 1);
    }
    for (Worker worker : others) {
      worker.start();
    }
  }

  /** How many threads work at a time, the calling one among them. */
  public int threads() {
    return others.length + 1;
  }

  /**
   * The processor time that the threads beside the calling ones have taken since they were started;
   * 0 if the platform does not tell.
   */
  public long cpuNanos() {
    ThreadMXBean beans = ManagementFactory.getThreadMXBean();
    long nanos = 0;
    for (int i = 0; beans.isThreadCpuTimeSupported() && i < others.length; i++) {
      nanos += Math.max(0, beans.getThreadCpuTime(others[i].getId()));
    }
    return nanos;
  }

  /**
   * Runs {@code shard.accept(0)} to {@code shard.accept(shards - 1)} and returns when all are done.
   * Calls of several threads take turns; a call from within a shard runs its shards one after the
   * other on the thread it came from.
   *
   * @param shards how many, at most 65,535
   * @throws IllegalStateException after {@link #close}
   * @throws RuntimeException or Error: that of the failed shard with the lowest number, the others'
   *     suppressed in it. All other shards have run all the same.
   */
  public void run(int shards, IntConsumer shard) {
    requireOpen();
    Thread current = Thread.currentThread();
    boolean nested =
        caller == current || (current instanceof Worker worker && worker.owner() == this);
    if (shards <= 1 || others.length == 0 || nested) {
      for (int s = 0; s < shards; s++) {
        shard.accept(s);
      }
      return;
    }
    if (shards >= MOST_SHARDS) {
      throw new IllegalArgumentException("There must be fewer shards than " + shards);
    }
    synchronized (turn) {
      requireOpen(); // They may have been closed while this call waited for its turn.
      caller = current;
      task = shard;
      unfinished.set(shards);
      int next = generation + 1;
      int threads = threads();
      int from = 0;
      for (int t = 1; t <= threads; t++) {
        int to = (shards * t + threads - 1) / threads; // Rounded up: the caller surely has some.
        ranges.set((t - 1) * PADDING, range(next, from, to));
        from = to;
      }
      generation = next; // Publishes the fields above.
      share(next);
    }
  }

  /**
   * Gives threads something to do while they wait for others or for the next task; whether, when
   * and by how many threads it is done is left to chance. It replaces what was given before.
   *
   * @param work does a little of it, some microseconds, and says whether there is more; false is no
   *     promise that it will not be asked again. It must not throw and must not run shards. Null
   *     for nothing.
   */
  public void meanwhile(@Nullable BooleanSupplier work) {
    meanwhile = work;
  }

  private boolean isBusyMeanwhile() {
    BooleanSupplier work = meanwhile;
    return work != null && work.getAsBoolean();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The workers were closed and run nothing any more");
    }
  }

  private void share(int current) {
    for (Worker worker : others) {
      worker.wake();
    }
    work(0, current);
    for (int spins = 0; unfinished.get() > 0; spins++) {
      if (isBusyMeanwhile()) {
        spins = 0;
      } else if (spins < 10_000) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(this, SPIN_NANOS);
      }
    }
    task = null; // Not kept alive by the workers.
    caller = null;
    rethrow();
  }

  /** Runs this thread's shards from the first on, then those left to others from their last on. */
  private void work(int thread, int current) {
    for (int shard = first(thread, current); shard >= 0; shard = first(thread, current)) {
      finish(shard);
    }
    for (int k = 1; k < threads(); k++) {
      int other = (thread + k) % threads();
      for (int shard = last(other, current); shard >= 0; shard = last(other, current)) {
        finish(shard);
      }
    }
  }

  private void finish(int shard) {
    try {
      // Whoever has got a shard of a task finds that task here: it is not over without this shard.
      Objects.requireNonNull(task).accept(shard);
    } catch (Throwable e) { // Carried to the caller, whatever it is.
      synchronized (failures) {
        failures.put(shard, e);
      }
    }
    Thread waiting = caller;
    if (unfinished.decrementAndGet() == 0) {
      LockSupport.unpark(waiting);
    }
  }

  private int first(int thread, int current) {
    while (true) {
      long range = ranges.get(thread * PADDING);
      if (isOver(range, current)) {
        return -1;
      }
      if (ranges.compareAndSet(
          thread * PADDING, range, range(current, from(range) + 1, to(range)))) {
        return from(range);
      }
    }
  }

  private int last(int thread, int current) {
    while (true) {
      long range = ranges.get(thread * PADDING);
      if (isOver(range, current)) {
        return -1;
      }
      if (ranges.compareAndSet(
          thread * PADDING, range, range(current, from(range), to(range) - 1))) {
        return to(range) - 1;
      }
    }
  }

  /** Shards {@code [from, to)} of a task; a latecomer must not take them for another task's. */
  private static long range(int generation, int from, int to) {
    return (long) generation << 32 | (long) from << 16 | to;
  }

  private static boolean isOver(long range, int generation) {
    return (int) (range >>> 32) != generation || from(range) >= to(range);
  }

  private static int from(long range) {
    return (int) (range >>> 16) & 0xFFFF;
  }

  private static int to(long range) {
    return (int) range & 0xFFFF;
  }

  private void rethrow() {
    Throwable first = null;
    synchronized (failures) {
      for (Throwable failure : failures.values()) {
        if (first == null) {
          first = failure;
        } else if (failure != first) {
          first.addSuppressed(failure);
        }
      }
      failures.clear();
    }
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException exception) {
      throw exception;
    }
    if (first != null) {
      throw new IllegalStateException("A shard failed", first);
    }
  }

  /** Ends the threads; running shards are finished first. */
  @Override
  public void close() {
    synchronized (turn) {
      closed = true;
      for (Worker worker : others) {
        LockSupport.unpark(worker);
      }
    }
  }

  private final class Worker extends Thread {
    private final int number;
    private volatile boolean asleep;

    Worker(int number) {
      super("perennial-worker-" + number);
      this.number = number;
      setDaemon(true);
    }

    Workers owner() {
      return Workers.this;
    }

    void wake() {
      if (asleep) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      int done = 0;
      while (await(done)) {
        done = generation;
        work(number, done);
      }
    }

    /** Whether there is another task after so many; false when the workers were closed. */
    private boolean await(int done) {
      long start = System.nanoTime();
      while (generation == done) {
        if (closed) {
          return false;
        }
        if (isBusyMeanwhile() || System.nanoTime() - start < SPIN_NANOS) {
          Thread.onSpinWait();
        } else {
          asleep = true;
          if (generation == done && !closed) {
            LockSupport.park(Workers.this);
          }
          asleep = false;
        }
      }
      return true;
    }
  }
}
