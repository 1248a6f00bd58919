package io.perennial.runner.data;

import io.perennial.api.Examples;

/** Other examples' images, mapped when they are read. */
final class MappedExamples implements Examples {
  private final Examples all;
  private final ImageMap map;
  private final ThreadLocal<float[]> image;

  MappedExamples(Examples all, ImageMap map, int length) {
    this.all = all;
    this.map = map;
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
}
