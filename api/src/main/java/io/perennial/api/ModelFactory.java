package io.perennial.api;

import org.nd4j.linalg.api.buffer.DataType;

/** Extension point: a kind of network ({@code model: {type: …}}). */
public interface ModelFactory {
  /**
   * Makes a network with freshly drawn parameters.
   *
   * @throws InputException if the network cannot take such input
   */
  Model create(Request request);

  /**
   * What is asked for.
   *
   * @param inputShape of one example
   * @param classes the number of outputs
   * @param dataType float or double
   * @param random for the first weights
   */
  record Request(long[] inputShape, int classes, DataType dataType, RandomSource random) {}
}
