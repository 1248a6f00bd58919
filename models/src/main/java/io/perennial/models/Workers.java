package io.perennial.models;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads that share out the shards of one task at a time; the calling thread is
 * one of them. Shard s runs on thread {@code s % threads}. What a shard computes must depend on its
 * number only: then results never depend on how many threads there are.
 *
 * <p>The threads are daemons. Between tasks they wait actively for a moment, because the next task
 * of a training step follows within microseconds, and then sleep. A call allocates nothing.
 */
public final class Workers implements AutoCloseable {
  /** About the time from one task of a step to the next; waking a thread costs nearly as much. */
  private static final long SPIN_NANOS = 100_000;

  private final Worker[] others;
  private final @Nullable Throwable[] failures;
  private final AtomicInteger unfinished = new AtomicInteger();
  private final Object turn = new Object();

  private int shards;
  private @Nullable IntConsumer task;
  private @Nullable Thread caller;
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
    failures = new @Nullable Throwable[threads];
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
   * @throws IllegalStateException after {@link #close}
   * @throws RuntimeException or Error: the first failed thread's, the others' suppressed in it. The
   *     other threads' shards have run all the same.
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
    synchronized (turn) {
      requireOpen(); // They may have been closed while this call waited for its turn.
      caller = current;
      this.shards = shards;
      task = shard;
      unfinished.set(others.length);
      generation++; // Publishes the fields above.
      share();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The workers were closed and run nothing any more");
    }
  }

  private void share() {
    for (Worker worker : others) {
      worker.wake();
    }
    work(0);
    for (int spins = 0; unfinished.get() > 0; spins++) {
      if (spins < 10_000) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(this, SPIN_NANOS);
      }
    }
    task = null; // Not kept alive by the workers.
    caller = null;
    rethrow();
  }

  private void work(int thread) {
    IntConsumer shard = task;
    try {
      for (int s = thread; shard != null && s < shards; s += failures.length) {
        shard.accept(s);
      }
    } catch (Throwable e) { // Carried to the caller, whatever it is.
      failures[thread] = e;
    }
  }

  private void rethrow() {
    Throwable first = null;
    for (int i = 0; i < failures.length; i++) {
      Throwable failure = failures[i];
      failures[i] = null;
      if (first == null) {
        first = failure;
      } else if (failure != null && failure != first) {
        first.addSuppressed(failure);
      }
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
        done++;
        work(number);
        if (unfinished.decrementAndGet() == 0) {
          LockSupport.unpark(caller);
        }
      }
    }

    /** Whether there is another task after so many; false when the workers were closed. */
    private boolean await(int done) {
      long start = System.nanoTime();
      while (generation == done) {
        if (closed) {
          return false;
        }
        if (System.nanoTime() - start < SPIN_NANOS) {
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
