package io.perennial.runner.config;

import io.perennial.api.Description;

/**
 * When a run is saved beside after each task, which it always is.
 *
 * @param everyMinutes of training; 0 for never
 * @param everySteps of training; 0 for never
 * @param keep how many checkpoints
 */
public record CheckpointSettings(
    @Description(
            value =
                "Minutes of training after which the run is saved in the middle of a task; put off"
                    + " while saving would take more than 5 % of the time. 0: only after tasks.",
            byDefault = "1",
            min = 0,
            max = 1_000_000)
        double everyMinutes,
    @Description(
            value = "Steps of the run after which it is saved in the middle of a task; 0: never.",
            byDefault = "0",
            min = 0)
        int everySteps,
    @Description(
            value = "How many of the latest checkpoints are kept, for when a newer one is damaged.",
            byDefault = "2",
            min = 1,
            max = 1000)
        int keep) {}
