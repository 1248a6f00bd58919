package io.perennial.runner.inspection;

import java.util.List;

/**
 * What is in a task.
 *
 * @param name of the task
 * @param shape of one example
 * @param classes how many examples each has, ascending by label
 * @param training number of examples to learn from
 * @param validation number of examples held out
 * @param test number of examples to measure with
 * @param minimum of all finite values
 * @param maximum of all finite values
 * @param missing values that were missing where they come from, and were filled in
 * @param notFinite values that are NaN or infinite
 * @param constant features, from 0, that have one value in all training examples
 * @param first the first training examples
 */
public record TaskSummary(
    String name,
    long[] shape,
    List<ClassCount> classes,
    int training,
    int validation,
    int test,
    double minimum,
    double maximum,
    long missing,
    long notFinite,
    int[] constant,
    List<Example> first) {

  /**
   * A class of the task.
   *
   * @param label as the scenario numbers it
   * @param training number of examples to learn from
   * @param validation number of examples held out
   * @param test number of examples to measure with
   */
  public record ClassCount(int label, int training, int validation, int test) {}

  /**
   * An example as it is learned.
   *
   * @param label its class
   * @param values all features, in C order
   */
  public record Example(int label, float[] values) {}

  /** Whether the examples are images, {@code [channels, height, width]}. */
  public boolean images() {
    return shape.length == 3 && shape[1] > 1 && shape[2] > 1;
  }
}
