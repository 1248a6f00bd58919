package io.perennial.runner.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratedImagesTest {
  private static final int HEADER = 16;
  private static final int PIXELS = 784;

  @TempDir private Path directory = Path.of("");

  @Test
  void areTheSameEachTimeAndLitAsDigitsAre() throws IOException {
    Path first = GeneratedImages.write(directory.resolve("a"), 50, 20);
    Path second = GeneratedImages.write(directory.resolve("b"), 50, 20);
    byte[] images = Files.readAllBytes(first.resolve("train-images-idx3-ubyte"));
    assertThat(images).hasSize(HEADER + 50 * PIXELS);
    assertThat(second.resolve("train-images-idx3-ubyte"))
        .hasSameBinaryContentAs(first.resolve("train-images-idx3-ubyte"));
    assertThat(Files.readAllBytes(first.resolve("t10k-images-idx3-ubyte")))
        .hasSize(HEADER + 20 * PIXELS)
        .isNotEqualTo(images);
    int lit = 0;
    for (int i = HEADER; i < images.length; i++) {
      lit += images[i] == 0 ? 0 : 1;
    }
    assertThat((double) lit / (50 * PIXELS)).isBetween(0.05, 0.25);
  }
}
