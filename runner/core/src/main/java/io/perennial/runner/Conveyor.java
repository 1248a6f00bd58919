package io.perennial.runner;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Carries blocks in their order from the thread that fills them to the thread that empties them.
 * There are as many as at the start, so neither gets far ahead of the other, and nothing piles up.
 */
final class Conveyor<B> {
  private final Queue<B> empty;
  private final Queue<B> full = new ArrayDeque<>();
  private boolean ended;
  private boolean stopped;
  private @Nullable Throwable failure;

  /** Tells the filling thread that nobody takes its blocks any more. */
  static final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  Conveyor(List<B> blocks) {
    this.empty = new ArrayDeque<>(blocks);
  }

  /**
   * A block to be filled; waits for one.
   *
   * @throws StoppedException after {@link #stop}
   */
  synchronized B next() {
    try {
      while (!stopped && empty.isEmpty()) {
        wait();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    if (stopped) {
      throw new StoppedException();
    }
    return empty.remove();
  }

  /** Sends a full block on its way. */
  synchronized void send(B block) {
    full.add(block);
    notifyAll();
  }

  /**
   * No more blocks follow.
   *
   * @param reason of {@link #receive}'s failure once all blocks are taken; null if there is none
   */
  synchronized void end(@Nullable Throwable reason) {
    ended = true;
    failure = reason;
    notifyAll();
  }

  /**
   * The next full block, to be given back; waits for one.
   *
   * @return null if no more follow
   * @throws RuntimeException or Error: what the filling thread failed with
   */
  synchronized @Nullable B receive() {
    try {
      while (!ended && full.isEmpty()) {
        wait();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    if (!full.isEmpty()) {
      return full.remove();
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
    return null;
  }

  /** Gives a block back to be filled again. */
  synchronized void giveBack(B block) {
    empty.add(block);
    notifyAll();
  }

  /** Nobody takes any more blocks. */
  synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("The thread was interrupted", e);
  }
}
