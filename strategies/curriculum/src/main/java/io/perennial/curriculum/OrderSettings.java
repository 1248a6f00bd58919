package io.perennial.curriculum;

import io.perennial.api.Description;

/**
 * The settings of an order that is found with probes.
 *
 * @param probe the networks that measure the tasks
 */
public record OrderSettings(
    @Description(value = "The networks that measure the tasks.", byDefault = "{}")
        ProbeSettings probe) {}
