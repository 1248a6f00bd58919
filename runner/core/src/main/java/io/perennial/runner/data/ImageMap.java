package io.perennial.runner.data;

/** A linear map of images. Immutable, so that any number of threads may apply it. */
interface ImageMap {
  /**
   * Writes the mapped image, channel by channel.
   *
   * @param image {@code [channels, height, width]}
   * @param destination written from {@code offset} on
   */
  void apply(float[] image, float[] destination, int offset);
}
