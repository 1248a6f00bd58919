package io.perennial.distribution;

import java.nio.file.Path;

/** Where studies find MNIST. */
final class Mnist {
  private Mnist() {}

  /**
   * The directory of the four files.
   *
   * @throws IllegalStateException if nobody said where it is
   */
  static Path directory() {
    String path = System.getProperty("perennial.mnist");
    if (path == null) {
      throw new IllegalStateException(
          "This study reads MNIST: give the directory of its four files with -Dperennial.mnist=DIR");
    }
    return Path.of(path).toAbsolutePath();
  }
}
