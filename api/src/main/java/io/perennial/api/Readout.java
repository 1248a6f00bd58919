package io.perennial.api;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Role (exclusive): answers instead of the network's own output layer, from its features. */
public interface Readout extends Strategy {
  /**
   * Scores each class for each example.
   *
   * @param features {@code [N, F]}, from {@link FeatureExtractor}
   * @param scores {@code [N, C]}, overwritten; the highest among the competing classes wins
   */
  void score(INDArray features, INDArray scores);
}
