package io.perennial.distribution;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** The embedded digits' test examples, read without the runner's reader. */
final class EmbeddedDigits {
  private EmbeddedDigits() {}

  static void test(List<float[]> images, List<Integer> labels) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    Objects.requireNonNull(
                        EmbeddedDigits.class.getResourceAsStream(
                            "/io/perennial/runner/data/digits.csv.gz"))),
                StandardCharsets.UTF_8))) {
      int row = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (++row % 5 == 0) {
          String[] cells = line.split(",", -1);
          float[] image = new float[64];
          for (int i = 0; i < 64; i++) {
            image[i] = (float) Integer.parseInt(cells[i]) / 16;
          }
          images.add(image);
          labels.add(Integer.parseInt(cells[64]));
        }
      }
    }
  }
}
