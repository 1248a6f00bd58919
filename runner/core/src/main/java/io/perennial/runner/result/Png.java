package io.perennial.runner.result;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Grey pictures as PNG. */
public final class Png {
  private Png() {}

  /**
   * An image of 8 bits a pixel.
   *
   * @param pixels {@code [height][width]}, 0 is black and 1 white; what lies outside is clipped
   */
  public static byte[] bytes(float[][] pixels) {
    int height = pixels.length;
    int width = pixels[0].length;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    // Through the raster, because setRGB would convert between colour spaces.
    WritableRaster raster = image.getRaster();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        raster.setSample(x, y, 0, Math.round(255 * Math.min(Math.max(pixels[y][x], 0f), 1f)));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // ImageIO's own stream would make a temporary file.
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
