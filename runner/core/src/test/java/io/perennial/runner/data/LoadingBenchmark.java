package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.Examples;
import io.perennial.api.RandomSource;
import java.awt.image.BufferedImage;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How fast data is read on one thread: a CSV file of a million rows and 50 columns, JPEG files, the
 * MNIST files where there are some, and rows of each at random, as batches are made of them. Beside
 * it, a plain read of the same CSV file's bytes. Times are this thread's CPU time, because other
 * work on the machine comes and goes. Not part of the tests, but run like one:
 *
 * <pre>{@code
 * mvn -q -pl runner/core -am test -Dtest=LoadingBenchmark -Dsurefire.failIfNoSpecifiedTests=false
 * }</pre>
 */
class LoadingBenchmark {
  private static final int COLUMNS = 50;
  private static final int BATCH = 128;

  @TempDir Path directory;

  @Test
  void csv() throws IOException {
    Path file = directory.resolve("large.csv");
    write(file, Integer.getInteger("perennial.rows", 1_000_000));
    double megabytes = Files.size(file) / 1e6;
    for (int round = 0; round < 3; round++) {
      long start = Fixtures.cpuNanos();
      byte[] buffer = new byte[1 << 16];
      try (InputStream in = Files.newInputStream(file)) {
        int read = 0;
        while (read >= 0) {
          read = in.read(buffer);
        }
      }
      System.out.printf("CSV's bytes alone: %.0f MB/s%n", megabytes / seconds(start));
      csv("in memory", file, 1L << 40, megabytes);
      // The first time it is parsed, then what was kept of it is opened.
      csv("mapped", file, -1, megabytes);
    }
  }

  private void csv(String way, Path file, long inMemory, double megabytes) {
    CsvFile.Settings settings = new CsvFile.Settings(file, List.of(), 0.2, CsvColumns.of("y"));
    DerivedData derived = new DerivedData(directory.resolve("cache"), 1L << 40, inMemory);
    long start = Fixtures.cpuNanos();
    DataSet data = new CsvFile(settings, new RandomSource(1), derived, new Preparation()).load();
    double seconds = seconds(start);
    System.out.printf(
        "CSV %s: %d rows, %.0f MB in %.2f s: %.0f MB/s; %s%n",
        way,
        data.training().size() + data.test().size(),
        megabytes,
        seconds,
        megabytes / seconds,
        batches(data.training(), COLUMNS - 1));
  }

  @Test
  void images() throws IOException {
    BufferedImage image = new BufferedImage(500, 375, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 500 * 375; i++) {
      image.setRGB(i % 500, i / 500, (i * 31) & 0x3F3F3F);
    }
    int count = 100;
    for (int i = 0; i < count; i++) {
      Path file = directory.resolve("images/" + i % 2 + "/" + i + ".jpg");
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "jpg", file.toFile());
    }
    for (int round = 0; round < 2; round++) {
      long start = Fixtures.cpuNanos();
      DataSet data =
          new ImageFolder(
                  new ImageFolder.Settings(directory.resolve("images"), List.of(32, 32), true, 0.5),
                  new RandomSource(1),
                  new DerivedData(directory.resolve("image cache"), 1L << 40, -1))
              .load();
      System.out.printf("%d JPEG files of 500 x 375 in %.2f s%n", count, seconds(start));
      System.out.println("  of 3 x 32 x 32: " + batches(data.training(), 3072));
    }
  }

  @Test
  void mnist() {
    Path mnist = MnistTest.directory();
    if (!Files.isDirectory(mnist)) {
      return;
    }
    for (int round = 0; round < 3; round++) {
      long start = Fixtures.cpuNanos();
      DataSet data = Fixtures.idx(mnist).load();
      double seconds = seconds(start);
      System.out.printf(
          "MNIST: %d images in %.2f s; %s%n",
          data.training().size() + data.test().size(), seconds, batches(data.training(), 784));
    }
  }

  private static double seconds(long start) {
    return (Fixtures.cpuNanos() - start) / 1e9;
  }

  /** Rows at random, as an epoch shuffles them; the median of 400 batches. */
  private static String batches(Examples examples, int width) {
    RandomSource random = new RandomSource(1);
    float[] batch = new float[BATCH * width];
    long[] times = new long[400];
    for (int b = 0; b < times.length; b++) {
      long start = System.nanoTime();
      for (int n = 0; n < BATCH; n++) {
        examples.read(random.nextInt(examples.size()), batch, n * width);
      }
      times[b] = System.nanoTime() - start;
    }
    Arrays.sort(times);
    return String.format(
        Locale.ROOT, "a batch of %d in %.3f ms", BATCH, times[times.length / 2] / 1e6);
  }

  private static void write(Path file, int rows) throws IOException {
    RandomSource random = new RandomSource(1);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("y");
      for (int column = 1; column < COLUMNS; column++) {
        out.write(",x" + column);
      }
      out.write('\n');
      for (int row = 0; row < rows; row++) {
        out.write(Integer.toString(random.nextInt(10)));
        for (int column = 1; column < COLUMNS; column++) {
          int digits = random.nextInt(2_000_000) - 1_000_000;
          out.write(',');
          out.write(Float.toString(digits / 1000f));
        }
        out.write('\n');
      }
    }
  }
}
