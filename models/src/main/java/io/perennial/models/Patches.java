package io.perennial.models;

/**
 * Where the elements of a convolutional layer's matrices come from. Images are kept channels last,
 * {@code [height, width, channels]}, so that the part of a filter's window that lies in one row of
 * the image is one run of memory.
 *
 * <p>A convolution is a product of patches {@code [positions, window]} and filters {@code [O,
 * window]ᵀ}. With few channels a row of the matrix of patches is a whole window. With many it is
 * the window's part in one row of the image: the product then is a sum of one product for each row
 * of the kernel, over the same matrix shifted by an image row, and a third (for 3x3) of the memory
 * is moved.
 *
 * <p>Within a row of positions, those that come first in their pooling windows stand together, then
 * those that come second, and so on, so that pooling works on long runs.
 */
final class Patches {
  /** From so many elements on, the part of a window in one row makes a product worthwhile. */
  private static final int LONG_RUN = 64;

  private final ConvolutionLayer layer;
  private final int rowsTogether;
  private final int[] starts;
  private final int[] pixels;
  private final int[] toPacked;
  private final int[] fromPacked;

  Patches(ConvolutionLayer layer) {
    this.layer = layer;
    this.rowsTogether = run() < LONG_RUN ? layer.kernel() : 1;
    this.starts = findStarts();
    this.pixels = layer.enlarge() == 1 ? new int[0] : findPixels();
    this.toPacked = new int[layer.weightLength()];
    this.fromPacked = new int[layer.weightLength()];
    int area = layer.kernel() * layer.kernel();
    for (int o = 0; o < layer.filters(); o++) {
      for (int c = 0; c < layer.channels(); c++) {
        for (int k = 0; k < area; k++) {
          int natural = (o * layer.channels() + c) * area + k;
          int packed = (o * area + k) * layer.channels() + c;
          toPacked[packed] = natural;
          fromPacked[natural] = packed;
        }
      }
    }
  }

  private int[] findStarts() {
    int rows = layer.height() + layer.kernel() - rowsTogether;
    int[] result = new int[rows * layer.width() * rowsTogether];
    int i = 0;
    for (int y = 0; y < rows; y++) {
      for (int j = 0; j < layer.width(); j++) {
        for (int k = 0; k < rowsTogether; k++) {
          result[i++] = ((y + k) * layer.paddedWidth() + column(j)) * layer.channels();
        }
      }
    }
    return result;
  }

  private int[] findPixels() {
    int[] result = new int[layer.positions()];
    for (int i = 0; i < result.length; i++) {
      int y = Math.min(i / layer.width() / layer.enlarge(), layer.inputHeight() - 1);
      int x = Math.min(i % layer.width() / layer.enlarge(), layer.inputWidth() - 1);
      result[i] = (y * layer.inputWidth() + x) * layer.channels();
    }
    return result;
  }

  /** The column of the image that stands at a place of a row of positions. */
  private int column(int place) {
    int windows = layer.outputWidth();
    int inWindow = place / windows;
    return inWindow < layer.pool() ? place % windows * layer.pool() + inWindow : place;
  }

  ConvolutionLayer layer() {
    return layer;
  }

  /** The elements of a window that lie in one row of the image. */
  int run() {
    return layer.kernel() * layer.channels();
  }

  /** Where each run begins in the padded image. */
  int[] starts() {
    return starts;
  }

  /** Where the input's pixel begins that each pixel of the enlarged image repeats. */
  int[] pixels() {
    return pixels;
  }

  /** The width of the matrix of patches. */
  int width() {
    return rowsTogether * run();
  }

  /** The elements of the matrix of patches. */
  int size() {
    return starts.length * run();
  }

  /** The products that a convolution is the sum of. */
  int products() {
    return layer.kernel() / rowsTogether;
  }

  /**
   * For each weight in the order {@code [O, kernel, kernel, C]}, its place among the parameters.
   */
  int[] toPacked() {
    return toPacked;
  }

  /** The opposite of {@link #toPacked}. */
  int[] fromPacked() {
    return fromPacked;
  }

  /** For each element of an image with its channels last, its place with its channels first. */
  static int[] channelsLast(int channels, int area) {
    int[] places = new int[channels * area];
    for (int i = 0; i < places.length; i++) {
      places[i] = i % channels * area + i / channels;
    }
    return places;
  }

  /** For each element of an image with its channels first, its place with its channels last. */
  static int[] channelsFirst(int channels, int area) {
    int[] places = new int[channels * area];
    for (int i = 0; i < places.length; i++) {
      places[i] = i % area * channels + i / area;
    }
    return places;
  }
}
