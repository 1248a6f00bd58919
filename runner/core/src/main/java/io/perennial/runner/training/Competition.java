package io.perennial.runner.training;

import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.Arrays;
import java.util.List;

/** Which classes compete in a row: the masks that make the three settings. */
final class Competition {
  private final Setting setting;
  private final List<Task> tasks;
  private final boolean[][] ofTask;
  private boolean[] all = {};

  Competition(Setting setting, List<Task> tasks) {
    this.setting = setting;
    this.tasks = tasks;
    this.ofTask = new boolean[tasks.size()][];
  }

  /** The number of logits has changed. */
  void resize(int classes) {
    all = new boolean[classes];
    Arrays.fill(all, true);
    for (int t = 0; t < ofTask.length; t++) {
      boolean[] mask = new boolean[classes];
      for (int label : tasks.get(t).classes()) {
        if (label < classes) {
          mask[label] = true;
        }
      }
      ofTask[t] = mask;
    }
  }

  /** The classes that compete in a row of a task, or in one whose task is not known (-1). */
  boolean[] of(int task) {
    return setting.taskKnownAtTest() && task >= 0 ? ofTask[task] : all;
  }
}
