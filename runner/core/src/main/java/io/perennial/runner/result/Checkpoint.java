package io.perennial.runner.result;

import io.perennial.api.State;
import java.util.List;

/**
 * A state to go on from.
 *
 * @param tasksDone how many tasks were learned, evaluated and consolidated
 * @param state as it was given to {@link CheckpointStore#write}
 * @param damaged what is wrong with each newer checkpoint that had to be passed over, for people;
 *     empty when this is the newest
 */
public record Checkpoint(int tasksDone, State state, List<String> damaged) {}
