package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.Examples;
import io.perennial.api.RandomSource;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How fast data is read on one thread: a CSV file of a million rows and 50 columns, the MNIST files
 * where there are some, and rows of each at random, as batches are made of them. Beside it, a plain
 * read of the same CSV file's bytes. Times are this thread's CPU time, because other work on the
 * machine comes and goes. Not part of the tests, but run like one:
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
    int rows = Integer.getInteger("perennial.rows", 1_000_000);
    write(file, rows);
    double megabytes = Files.size(file) / 1e6;
    CsvFile source =
        new CsvFile(
            new CsvFile.Settings(file, List.of(), 0.2, CsvColumns.of("y")),
            new RandomSource(1),
            new DerivedData(directory, 1 << 30, 1L << 40));
    for (int round = 0; round < 3; round++) {
      long start = Fixtures.cpuNanos();
      byte[] buffer = new byte[1 << 16];
      try (InputStream in = Files.newInputStream(file)) {
        int read = 0;
        while (read >= 0) {
          read = in.read(buffer);
        }
      }
      double raw = (Fixtures.cpuNanos() - start) / 1e9;
      start = Fixtures.cpuNanos();
      DataSet data = source.load();
      double seconds = (Fixtures.cpuNanos() - start) / 1e9;
      System.out.printf(
          "CSV: %d rows, %.0f MB in %.2f s: %.0f MB/s (its bytes alone %.0f MB/s); %s%n",
          data.training().size() + data.test().size(),
          megabytes,
          seconds,
          megabytes / seconds,
          megabytes / raw,
          batches(data.training(), COLUMNS - 1));
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
      double seconds = (Fixtures.cpuNanos() - start) / 1e9;
      System.out.printf(
          "MNIST: %d images in %.2f s; %s%n",
          data.training().size() + data.test().size(), seconds, batches(data.training(), 784));
    }
  }

  /** Rows at random, as an epoch shuffles them. */
  static String batches(Examples examples, int width) {
    int[] order = new RandomSource(1).permutation(examples.size());
    float[] batch = new float[BATCH * width];
    long best = Long.MAX_VALUE;
    for (int first = 0; first + BATCH <= Math.min(order.length, 400 * BATCH); first += BATCH) {
      long start = Fixtures.cpuNanos();
      for (int n = 0; n < BATCH; n++) {
        examples.read(order[first + n], batch, n * width);
      }
      best = Math.min(best, Fixtures.cpuNanos() - start);
    }
    return String.format(Locale.ROOT, "a batch of %d in %.3f ms at best", BATCH, best / 1e6);
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
