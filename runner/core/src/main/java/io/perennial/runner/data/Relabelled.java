package io.perennial.runner.data;

import io.perennial.api.Examples;

/**
 * The same features under other labels.
 *
 * @param all the examples
 * @param labels the new label of each old one
 */
record Relabelled(Examples all, int[] labels) implements Examples {
  @Override
  public int size() {
    return all.size();
  }

  @Override
  public int label(int index) {
    return labels[all.label(index)];
  }

  @Override
  public int missing(int index) {
    return all.missing(index);
  }

  @Override
  public void read(int index, float[] destination, int offset) {
    all.read(index, destination, offset);
  }

  @Override
  public void content(int index, int width, Content content) {
    all.content(index, width, content);
  }
}
