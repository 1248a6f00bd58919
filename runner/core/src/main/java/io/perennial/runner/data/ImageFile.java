package io.perennial.runner.data;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads PNG and JPEG files as bytes of one size. A new pixel is the mean of the area that it
 * covers; what is transparent is put on black; grey is {@code 0.299 R + 0.587 G + 0.114 B} (ITU-R
 * BT.601).
 */
final class ImageFile {
  private static final long LARGEST_FILE = 64L << 20;
  private static final long MOST_PIXELS = 50_000_000;
  private static final Set<String> FORMATS = Set.of("png", "jpeg");
  private static final double[] GREY = {0.299, 0.587, 0.114};

  private ImageFile() {}

  /** What is wrong with a file; the message does not name it. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String reason) {
      super(reason);
    }
  }

  /**
   * Reads a file.
   *
   * @return {@code [channels, height, width]}, 0 to 255
   * @throws Refused if it is no image, is damaged, or is larger than an image should be
   */
  static byte[] read(Path file, int channels, int height, int width) throws Refused {
    try {
      long size = Files.size(file);
      if (size > LARGEST_FILE) {
        throw new Refused(
            "%d bytes; an image may have %d at most. Make it smaller"
                .formatted(size, LARGEST_FILE));
      }
      return resized(decoded(Files.readAllBytes(file)), channels, height, width);
    } catch (IOException e) {
      throw new Refused("cannot be read (%s). Check its permissions".formatted(e));
    }
  }

  private static BufferedImage decoded(byte[] bytes) throws Refused, IOException {
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        throw new Refused("is no image. Replace it by a PNG or JPEG file, or remove it");
      }
      ImageReader reader = readers.next();
      try {
        return decoded(reader, stream);
      } finally {
        reader.dispose();
      }
    }
  }

  private static BufferedImage decoded(ImageReader reader, ImageInputStream stream)
      throws Refused, IOException {
    String format = reader.getFormatName().toLowerCase(Locale.ROOT);
    if (!FORMATS.contains(format)) {
      throw new Refused("is a %s image. Convert it to PNG or JPEG".formatted(format));
    }
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    try {
      reader.setInput(stream, true, true);
      long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
      if (pixels > MOST_PIXELS) {
        throw new Refused(
            "%d x %d pixels; an image may have %d at most. Make it smaller"
                .formatted(reader.getWidth(0), reader.getHeight(0), MOST_PIXELS));
      }
      BufferedImage image = reader.read(0);
      // The decoder fills what is missing of a truncated JPEG with grey, and only warns.
      if (warnings.stream().anyMatch(w -> w.toLowerCase(Locale.ROOT).contains("premature end"))) {
        throw new Refused("is truncated. Replace it");
      }
      return image;
    } catch (IOException | RuntimeException e) {
      // Decoders meet damaged files with runtime exceptions of many kinds.
      throw new Refused("cannot be decoded (%s). Replace it".formatted(e));
    }
  }

  private static byte[] resized(BufferedImage image, int channels, int height, int width) {
    Overlaps rows = Overlaps.of(image.getHeight(), height);
    Overlaps columns = Overlaps.of(image.getWidth(), width);
    Lines lines = new Lines(image, channels);
    byte[] result = new byte[channels * height * width];
    double[] sums = new double[channels * width];
    for (int row = 0; row < height; row++) {
      Arrays.fill(sums, 0);
      double[] shares = rows.shares()[row];
      for (int i = 0; i < shares.length; i++) {
        float[] line = lines.read(rows.begins()[row] + i);
        for (int to = 0; to < sums.length; to++) {
          sums[to] += shares[i] * columns.mean(to % width, line, to / width * image.getWidth());
        }
      }
      for (int to = 0; to < sums.length; to++) {
        int at = (to / width * height + row) * width + to % width;
        result[at] = (byte) Math.min(255, Math.round(sums[to]));
      }
    }
    return result;
  }

  /** The lines of an image, channel after channel, 0 to 255. */
  private static final class Lines {
    private final BufferedImage image;
    private final Raster raster;
    private final int channels;
    private final boolean grey;
    private final int[] samples;
    private final float[] line;

    Lines(BufferedImage image, int channels) {
      this.image = image;
      this.raster = image.getRaster();
      this.channels = channels;
      // Java takes grey samples for linear light and would brighten them; files mean them as they
      // are.
      this.grey = raster.getNumBands() <= 2 && !(image.getColorModel() instanceof IndexColorModel);
      this.samples = new int[image.getWidth() * Math.max(1, raster.getNumBands())];
      this.line = new float[channels * image.getWidth()];
    }

    float[] read(int y) {
      int width = image.getWidth();
      if (grey) {
        raster.getPixels(0, y, width, 1, samples);
      } else {
        image.getRGB(0, y, width, 1, samples, 0, width);
      }
      for (int x = 0; x < width; x++) {
        double red = grey ? greySample(x) : part(samples[x], 16);
        double green = grey ? red : part(samples[x], 8);
        double blue = grey ? red : part(samples[x], 0);
        if (channels == 1) {
          line[x] = (float) (grey ? red : GREY[0] * red + GREY[1] * green + GREY[2] * blue);
        } else {
          line[x] = (float) red;
          line[width + x] = (float) green;
          line[2 * width + x] = (float) blue;
        }
      }
      return line;
    }

    private double greySample(int x) {
      int bands = raster.getNumBands();
      double value = samples[x * bands] * 255.0 / largest(0);
      return bands == 1 ? value : value * samples[x * bands + 1] / largest(1);
    }

    private int largest(int band) {
      return (1 << raster.getSampleModel().getSampleSize(band)) - 1;
    }

    private static double part(int argb, int shift) {
      return (argb >>> shift & 0xFF) * (argb >>> 24) / 255.0;
    }
  }
}
