package io.perennial.curriculum;

import io.perennial.api.Description;

/**
 * A probe: a network with one hidden layer that is trained with Adam for a moment.
 *
 * @param hidden its width
 * @param examples the most examples of a task that it sees, and again that it is measured on
 * @param steps of 32 examples
 * @param learningRate Adam's
 */
public record ProbeSettings(
    @Description(value = "Width of the probe's hidden layer.", byDefault = "64", min = 1)
        int hidden,
    @Description(
            value = "The most examples of a task that a probe learns from.",
            byDefault = "1000",
            min = 1)
        int examples,
    @Description(value = "Steps of 32 examples that it learns for.", byDefault = "200", min = 1)
        int steps,
    @Description(
            value = "Learning rate of its Adam.",
            byDefault = "0.003",
            min = 0,
            aboveMin = true)
        double learningRate) {}
