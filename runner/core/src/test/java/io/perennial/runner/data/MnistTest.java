package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.perennial.api.DataSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real files, where there are some. */
class MnistTest {
  private Path directory = Path.of("");

  @BeforeEach
  void find() {
    directory = directory();
    assumeTrue(
        Files.isDirectory(directory),
        () ->
            "Skipped: no MNIST in "
                + directory
                + ". Name a directory with its four files: -Dperennial.mnist=DIR or PERENNIAL_MNIST=DIR.");
  }

  @Test
  void loadsQuicklyAndIsMnist() {
    IdxFiles source = Fixtures.idx(directory);
    long start = Fixtures.cpuNanos();
    DataSet mnist = source.load();
    Duration taken = Duration.ofNanos(Fixtures.cpuNanos() - start);

    assertThat(taken).isLessThan(Duration.ofMillis(1500));
    assertThat(mnist.training().size()).isEqualTo(60_000);
    assertThat(mnist.test().size()).isEqualTo(10_000);
    assertThat(mnist.shape()).containsExactly(1, 28, 28);
    assertThat(Fixtures.labels(mnist.training()).subList(0, 5)).containsExactly(5, 0, 4, 1, 9);
    assertThat(Fixtures.labels(mnist.test()).subList(0, 5)).containsExactly(7, 2, 1, 0, 4);
    double sum = 0;
    for (int i = 0; i < 60_000; i++) {
      for (float pixel : Fixtures.read(mnist.training(), i, 784)) {
        sum += pixel;
      }
    }
    // The mean that everybody normalises MNIST with.
    assertThat(sum / 60_000 / 784).isBetween(0.13065, 0.13067);
  }

  /** Where the files are looked for. */
  static Path directory() {
    return Optional.ofNullable(System.getProperty("perennial.mnist"))
        .or(() -> Optional.ofNullable(System.getenv("PERENNIAL_MNIST")))
        .map(Path::of)
        .orElseGet(MnistTest::besideTheRepository);
  }

  private static Path besideTheRepository() {
    Path root = Path.of("").toAbsolutePath();
    while (root.getParent() != null && !Files.exists(root.resolve(".mvn"))) {
      root = root.getParent();
    }
    return root.resolve("../shared/data/mnist").normalize();
  }
}
