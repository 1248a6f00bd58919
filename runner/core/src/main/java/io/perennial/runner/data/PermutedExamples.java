package io.perennial.runner.data;

import io.perennial.api.Examples;

/**
 * The same examples with rearranged features.
 *
 * @param all the examples
 * @param permutation of the features
 */
record PermutedExamples(Examples all, Permutation permutation) implements Examples {
  @Override
  public int size() {
    return all.size();
  }

  @Override
  public int label(int index) {
    return all.label(index);
  }

  @Override
  public void read(int index, float[] destination, int offset) {
    all.read(index, destination, offset);
    permutation.apply(destination, offset);
  }
}
