package io.perennial.runner.result;

import io.perennial.api.State;
import java.util.List;

/**
 * A state to go on from.
 *
 * @param tasksDone how many tasks were learned, evaluated and consolidated
 * @param step of the run after which it was saved in the middle of the next task; {@link
 *     #BETWEEN_TASKS} if it was not
 * @param state as it was given to {@link CheckpointStore#write}
 * @param damaged what is wrong with each newer checkpoint that had to be passed over, for people;
 *     empty when this is the newest
 */
public record Checkpoint(int tasksDone, long step, State state, List<String> damaged) {
  /** No step: the checkpoint was written after a task. */
  public static final long BETWEEN_TASKS = -1;

  /** Where the run was, for people. */
  public String place() {
    String tasks = tasksDone == 1 ? "after 1 task" : "after %d tasks".formatted(tasksDone);
    return step == BETWEEN_TASKS
        ? tasks
        : "%s and in the middle of the next, at step %d of the run".formatted(tasks, step);
  }
}
