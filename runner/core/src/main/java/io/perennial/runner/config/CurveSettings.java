package io.perennial.runner.config;

import io.perennial.api.Description;

/**
 * Accuracies on the way, between the ends of tasks.
 *
 * @param every steps from one measurement to the next, counted from the task's first; 0 for none
 * @param examples how many test examples of each task are looked at; 0 for all
 */
public record CurveSettings(
    @Description(
            value =
                "Steps after which the accuracies on all tasks seen so far are measured again, and"
                    + " once before a task's first step; 1 sees the whole stability gap. 0: never.",
            byDefault = "0",
            min = 0,
            paper = "arXiv 2205.13452")
        int every,
    @Description(
            value =
                "Test examples of each task that these measurements look at, drawn by the seed;"
                    + " 0 for all.",
            byDefault = "1000",
            min = 0)
        int examples) {
  /** No measurements on the way. */
  public static final CurveSettings NONE = new CurveSettings(0, 0);
}
