package io.perennial.runner.data;

/**
 * Turns images counter-clockwise about their centre, with bilinear interpolation; what comes from
 * outside the image is 0.
 */
final class Rotation implements ImageMap {
  private static final int CORNERS = 4;

  private final int channels;
  private final int pixels;

  /** The four pixels that each new one is made of, and their shares. */
  private final int[] sources;

  /** Doubles, so that no mean of four pixels exceeds the brightest of them. */
  private final double[] shares;

  Rotation(int channels, int height, int width, double degrees) {
    this.channels = channels;
    this.pixels = height * width;
    this.sources = new int[pixels * CORNERS];
    this.shares = new double[pixels * CORNERS];
    double sin = StrictMath.sin(StrictMath.toRadians(degrees));
    double cos = StrictMath.cos(StrictMath.toRadians(degrees));
    double middleY = (height - 1) / 2.0;
    double middleX = (width - 1) / 2.0;
    for (int pixel = 0; pixel < pixels; pixel++) {
      int ownRow = pixel / width;
      int ownColumn = pixel % width;
      double dy = ownRow - middleY;
      double dx = ownColumn - middleX;
      double y = middleY + cos * dy + sin * dx;
      double x = middleX - sin * dy + cos * dx;
      int top = (int) Math.floor(y);
      int left = (int) Math.floor(x);
      for (int corner = 0; corner < CORNERS; corner++) {
        int row = top + corner / 2;
        int column = left + corner % 2;
        if (row >= 0 && row < height && column >= 0 && column < width) {
          sources[pixel * CORNERS + corner] = row * width + column;
          shares[pixel * CORNERS + corner] = (1 - Math.abs(y - row)) * (1 - Math.abs(x - column));
        }
      }
    }
  }

  @Override
  public void apply(float[] image, float[] destination, int offset) {
    for (int channel = 0; channel < channels; channel++) {
      int from = channel * pixels;
      for (int pixel = 0; pixel < pixels; pixel++) {
        int at = pixel * CORNERS;
        destination[offset + from + pixel] =
            (float)
                (shares[at] * image[from + sources[at]]
                    + shares[at + 1] * image[from + sources[at + 1]]
                    + shares[at + 2] * image[from + sources[at + 2]]
                    + shares[at + 3] * image[from + sources[at + 3]]);
      }
    }
  }
}
