package io.perennial.api;

/**
 * One step of the stream.
 *
 * @param index position in the stream, from 0
 * @param name for people, unique in the stream
 * @param shape of one example
 * @param classes the classes that occur in it, as columns of the logits; ascending. In a stream
 *     without boundaries all classes of the stream, in each of its parts
 * @param training examples to learn from
 * @param validation examples held out from training; may be empty
 * @param test examples to measure with
 */
public record Task(
    int index,
    String name,
    long[] shape,
    int[] classes,
    Examples training,
    Examples validation,
    Examples test) {

  /** The task at another position of the stream. */
  public Task at(int position) {
    return new Task(position, name, shape, classes, training, validation, test);
  }
}
