package io.perennial.runner.data;

/**
 * Resizes images: a new pixel is the mean of the area that it covers, so that brightness is kept.
 */
final class Resizing implements ImageMap {
  private final int channels;
  private final int height;
  private final int width;
  private final Overlaps rows;
  private final Overlaps columns;

  Resizing(int channels, int height, int width, int newHeight, int newWidth) {
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.rows = Overlaps.of(height, newHeight);
    this.columns = Overlaps.of(width, newWidth);
  }

  @Override
  public void apply(float[] image, float[] destination, int offset) {
    int to = offset;
    for (int channel = 0; channel < channels; channel++) {
      int from = channel * height * width;
      for (int row = 0; row < rows.length(); row++) {
        for (int column = 0; column < columns.length(); column++) {
          destination[to++] = (float) mean(image, from, row, column);
        }
      }
    }
  }

  private double mean(float[] image, int from, int row, int column) {
    double sum = 0;
    double[] shares = rows.shares()[row];
    int start = from + rows.begins()[row] * width;
    for (int i = 0; i < shares.length; i++) {
      sum += shares[i] * columns.mean(column, image, start + i * width);
    }
    return sum;
  }
}
