package io.perennial.runner.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When the tasks' accuracies are measured; written {@code all}, {@code seen}, {@code every N} or
 * {@code final}.
 *
 * @param mode which of the four
 * @param every N, the number of tasks between measurements; 1 in the other modes
 */
public record Evaluation(Mode mode, int every) {
  /** The four ways. */
  public enum Mode {
    /** After each task, on every task of the stream. */
    ALL,
    /** After each task, on the tasks so far. */
    SEEN,
    /** After every N-th task and after the last, on every task. */
    EVERY,
    /** After the last task, on every task. */
    FINAL
  }

  /** The written form as a regular expression. */
  public static final String PATTERN = "all|seen|final|every [1-9][0-9]{0,5}";

  private static final Pattern EVERY = Pattern.compile("every ([1-9][0-9]{0,5})");

  /**
   * Reads the written form.
   *
   * @throws IllegalArgumentException if it is none of the four
   */
  public static Evaluation parse(String text) {
    return switch (text) {
      case "all" -> new Evaluation(Mode.ALL, 1);
      case "seen" -> new Evaluation(Mode.SEEN, 1);
      case "final" -> new Evaluation(Mode.FINAL, 1);
      default -> everyNth(text);
    };
  }

  private static Evaluation everyNth(String text) {
    Matcher every = EVERY.matcher(text);
    if (!every.matches()) {
      throw new IllegalArgumentException(
          "must be all, seen, final or 'every N' with N from 1, not '" + text + "'");
    }
    return new Evaluation(Mode.EVERY, Integer.parseInt(every.group(1)));
  }

  /**
   * Whether accuracies are measured after a task.
   *
   * @param task its index, from 0
   * @param lastTask the index of the stream's last task
   */
  public boolean measures(int task, int lastTask) {
    return switch (mode) {
      case ALL, SEEN -> true;
      case EVERY -> (task + 1) % every == 0 || task == lastTask;
      case FINAL -> task == lastTask;
    };
  }

  /** Whether the untrained model is measured, too: on all tasks or not at all. */
  public boolean measuresUntrained() {
    return mode == Mode.ALL || mode == Mode.EVERY;
  }

  /** Whether only the tasks so far are measured. */
  public boolean seenOnly() {
    return mode == Mode.SEEN;
  }

  @Override
  public String toString() {
    return switch (mode) {
      case ALL -> "all";
      case SEEN -> "seen";
      case EVERY -> "every " + every;
      case FINAL -> "final";
    };
  }
}
