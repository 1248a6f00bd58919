package io.perennial.runner.data;

import io.perennial.api.Examples;

/** The same images, turned when they are read. */
final class RotatedExamples implements Examples {
  private final Examples all;
  private final Rotation rotation;
  private final ThreadLocal<float[]> image;

  RotatedExamples(Examples all, Rotation rotation, int length) {
    this.all = all;
    this.rotation = rotation;
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
    float[] straight = image.get();
    all.read(index, straight, 0);
    rotation.apply(straight, destination, offset);
  }
}
