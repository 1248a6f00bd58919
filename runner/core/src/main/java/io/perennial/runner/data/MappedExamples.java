package io.perennial.runner.data;

import io.perennial.api.Examples;

/** Other examples' images, mapped when they are read. */
final class MappedExamples implements Examples {
  private final Examples all;
  private final ImageMap map;
  private final int length;
  private final ThreadLocal<float[]> image;

  /**
   * Makes them without copying.
   *
   * @param length of one of the others
   */
  MappedExamples(Examples all, ImageMap map, int length) {
    this.all = all;
    this.map = map;
    this.length = length;
    this.image = ThreadLocal.withInitial(() -> new float[length]);
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
    float[] source = image.get();
    all.read(index, source, 0);
    map.apply(source, destination, offset);
  }

  @Override
  public void content(int index, int width, Content content) {
    all.content(index, length, content);
  }
}
