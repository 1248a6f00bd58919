package io.perennial.runner.follow;

import io.perennial.api.Description;

/**
 * How much is written down.
 *
 * @param every steps from one line to the next
 */
record LogSettings(
    @Description(
            value =
                "Steps from one line with the loss to the next; 0 for ends of epochs and tasks.",
            byDefault = "1",
            min = 0)
        int every) {}
