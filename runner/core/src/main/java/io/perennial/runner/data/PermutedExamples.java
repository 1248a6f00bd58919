package io.perennial.runner.data;

import io.perennial.api.Examples;

/**
 * The same examples with rearranged features.
 *
 * @param all the examples
 * @param permutation of the features
 */
record PermutedExamples(Examples all, Permutation permutation) implements Examples {
  /**
   * The same examples; feature i is the one that was at {@code order[i]}. Those that can rearrange
   * while they read, which costs next to nothing, do so.
   */
  static Examples of(Examples all, int[] order) {
    return all instanceof ByteExamples bytes
        ? bytes.permuted(order)
        : new PermutedExamples(all, new Permutation(order));
  }

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

  @Override
  public void content(int index, int width, Content content) {
    all.content(index, width, content);
  }
}
