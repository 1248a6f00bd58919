package io.perennial.replay;

import io.perennial.api.RandomSource;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What generated rows are asked to be. Where the classes that compete depend on the task, one of
 * the old tasks is drawn for each row, uniformly, and only its classes compete (an old head answers
 * for it); otherwise no task is known, and all classes of the old tasks are one group.
 */
final class Requests {
  private final Map<Integer, Request> made = new HashMap<>();
  private int[][] groups = {};
  private boolean taskKnown;

  /**
   * The rows of one replay.
   *
   * @param tasks the old task of each; -1 where none is known
   * @param labels the class of each, once it is known; else -1
   */
  record Request(int[] tasks, int[] labels) {}

  /** Takes over which classes the old tasks have. */
  void prepare(List<Task> old, Setting setting) {
    taskKnown = setting.taskKnownAtTest();
    groups =
        taskKnown
            ? old.stream().map(Task::classes).toArray(int[][]::new)
            : new int[][] {
              old.stream().flatMapToInt(t -> Arrays.stream(t.classes())).distinct().toArray()
            };
  }

  /**
   * Draws a task for each row, where tasks are known, and with {@code classes} a class of it.
   *
   * @return valid until the next one of as many rows
   */
  Request draw(int count, boolean classes, RandomSource random) {
    Request request = made.computeIfAbsent(count, n -> new Request(new int[n], new int[n]));
    for (int n = 0; n < count; n++) {
      int group = taskKnown ? random.nextInt(groups.length) : 0;
      request.tasks[n] = taskKnown ? group : -1;
      request.labels[n] = classes ? groups[group][random.nextInt(groups[group].length)] : -1;
    }
    return request;
  }

  /**
   * Which classes compete in the rows of each old task; one entry for all rows where no task is
   * known: there every class that the solver knew competes.
   */
  boolean[][] competing(int classes) {
    boolean[][] competing = new boolean[groups.length][classes];
    for (int g = 0; g < groups.length; g++) {
      if (taskKnown) {
        for (int label : groups[g]) {
          competing[g][label] = true;
        }
      } else {
        Arrays.fill(competing[g], true);
      }
    }
    return competing;
  }
}
