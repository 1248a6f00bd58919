package io.perennial.runner.data;

/**
 * Resizes images: a new pixel is the mean of the area that it covers, so that brightness is kept.
 */
final class Resizing implements ImageMap {
  private final int channels;
  private final int height;
  private final int width;
  private final Axis rows;
  private final Axis columns;

  Resizing(int channels, int height, int width, int newHeight, int newWidth) {
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.rows = new Axis(height, newHeight);
    this.columns = new Axis(width, newWidth);
  }

  @Override
  public void apply(float[] image, float[] destination, int offset) {
    int to = offset;
    for (int channel = 0; channel < channels; channel++) {
      int from = channel * height * width;
      for (double[] row : rows.shares) {
        for (double[] column : columns.shares) {
          destination[to++] = (float) mean(image, from, row, column);
        }
      }
    }
  }

  private double mean(float[] image, int from, double[] row, double[] column) {
    double sum = 0;
    for (int y = 0; y < height; y++) {
      if (row[y] > 0) {
        double line = 0;
        for (int x = 0; x < width; x++) {
          line += column[x] * image[from + y * width + x];
        }
        sum += row[y] * line;
      }
    }
    return sum;
  }

  /** For each new position, the share of each old one: their overlap; the shares sum up to 1. */
  private static final class Axis {
    final double[][] shares;

    Axis(int length, int newLength) {
      shares = new double[newLength][length];
      double step = (double) length / newLength;
      for (int to = 0; to < newLength; to++) {
        for (int from = 0; from < length; from++) {
          double overlap = Math.min((to + 1) * step, from + 1) - Math.max(to * step, from);
          shares[to][from] = Math.max(0, overlap / step);
        }
      }
    }
  }
}
