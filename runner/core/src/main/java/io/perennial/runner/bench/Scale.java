package io.perennial.runner.bench;

import java.util.concurrent.TimeUnit;

/**
 * How much is measured.
 *
 * @param rounds how often each quantity is measured, an odd number for its median's sake
 * @param pieceNanos how long a product or a step is repeated for one measurement
 * @param jobImages training images of the whole job where they are generated
 * @param testImages test images wherever they are generated
 * @param ratioImages training images where times are compared with each other
 * @param streamTasks how long the stream of tasks is that shows whether a task's cost grows
 */
public record Scale(
    int rounds, long pieceNanos, int jobImages, int testImages, int ratioImages, int streamTasks) {
  /** The whole, in a few minutes. */
  public static final Scale FULL =
      new Scale(5, TimeUnit.MILLISECONDS.toNanos(80), 60_000, 10_000, 6_400, 1_000);

  /** A first look. */
  public static final Scale QUICK =
      new Scale(5, TimeUnit.MILLISECONDS.toNanos(20), 3_200, 1_000, 1_280, 60);

  /** Measurements until threads have settled. */
  private static final int WARM_UP = 5;

  /** Checks that there is something to measure. */
  public Scale {
    if (rounds < 1 || jobImages < 1 || testImages < 1 || ratioImages < 1 || streamTasks < 2) {
      throw new IllegalArgumentException("There must be something to measure: " + rounds);
    }
  }

  /** Seconds that a call takes: the mean over as many as fit into a measurement, at least one. */
  double seconds(Runnable work) {
    long start = System.nanoTime();
    long elapsed;
    long calls = 0;
    do {
      work.run();
      calls++;
      elapsed = System.nanoTime() - start;
    } while (elapsed < pieceNanos);
    return elapsed / 1e9 / calls;
  }

  /**
   * The same of work for several threads, some time after it began: threads that have slept are
   * first brought together on a core, which takes the system some tenths of a second to undo.
   */
  double secondsAfterAWhile(Runnable work) {
    for (int again = 0; again < WARM_UP; again++) {
      seconds(work);
    }
    return seconds(work);
  }
}
