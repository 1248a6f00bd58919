package io.perennial.runner.bench;

import io.perennial.api.RandomSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A data set in the form of MNIST: four files of images of 28 x 28 bytes in ten classes, a fifth of
 * their pixels lit. Each class has its own lit pixels, and every image lacks some of them, so that
 * there is something to learn.
 */
final class GeneratedImages {
  private static final int SIDE = 28;
  private static final int PIXELS = SIDE * SIDE;
  private static final int CLASSES = 10;
  private static final int LIT = PIXELS / 5;
  private static final int UNSIGNED_BYTES = 0x08;

  private GeneratedImages() {}

  /** Writes the four files into a new directory; the same for the same numbers of images. */
  static Path write(Path directory, int training, int test) {
    try {
      Files.createDirectories(directory);
      RandomSource random = new RandomSource(1);
      int[][] places = new int[CLASSES][];
      for (int c = 0; c < CLASSES; c++) {
        places[c] = random.child("class " + c).permutation(PIXELS);
      }
      write(directory, "train", training, places, random.child("training"));
      write(directory, "t10k", test, places, random.child("test"));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException("The images to measure with cannot be written", e);
    }
  }

  private static void write(
      Path directory, String prefix, int count, int[][] places, RandomSource random)
      throws IOException {
    byte[] images = file(count, SIDE, SIDE);
    byte[] labels = file(count);
    int image = images.length - count * PIXELS;
    for (int n = 0; n < count; n++) {
      int label = n % CLASSES;
      long bits = 0;
      for (int i = 0; i < LIT; i++) {
        bits = i % Byte.SIZE == 0 ? random.nextLong() : bits >>> Byte.SIZE;
        // Half of them dark: the low bits are as random as any.
        images[image + places[label][i]] = (bits & 1) == 0 ? (byte) 0 : (byte) bits;
      }
      image += PIXELS;
      labels[labels.length - count + n] = (byte) label;
    }
    Files.write(directory.resolve(prefix + "-images-idx3-ubyte"), images);
    Files.write(directory.resolve(prefix + "-labels-idx1-ubyte"), labels);
  }

  /** A whole file with its header; the values are 0. */
  private static byte[] file(int... shape) {
    int values = 1;
    for (int size : shape) {
      values *= size;
    }
    byte[] file = new byte[Integer.BYTES * (1 + shape.length) + values];
    ByteBuffer header = ByteBuffer.wrap(file);
    header.putInt(UNSIGNED_BYTES << Byte.SIZE | shape.length);
    for (int size : shape) {
      header.putInt(size);
    }
    return file;
  }
}
