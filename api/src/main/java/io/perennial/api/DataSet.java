package io.perennial.api;

import java.util.List;

/**
 * Examples to train on and to test with.
 *
 * @param name for people
 * @param shape of one example: {@code [D]}, or {@code [channels, height, width]}
 * @param classes the classes' names; a label is an index into it
 * @param training examples to learn from
 * @param test examples to measure with
 */
public record DataSet(
    String name, long[] shape, List<String> classes, Examples training, Examples test) {}
