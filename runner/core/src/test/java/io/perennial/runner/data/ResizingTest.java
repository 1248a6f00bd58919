package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ResizingTest {
  private static float[] resized(float[] image, int channels, int h, int w, int newH, int newW) {
    float[] result = new float[1 + channels * newH * newW];
    new Resizing(channels, h, w, newH, newW).apply(image, result, 1);
    return Arrays.copyOfRange(result, 1, result.length);
  }

  @Test
  void aNewPixelIsTheMeanOfItsArea() {
    float[] image = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    assertThat(resized(image, 1, 2, 6, 1, 3))
        .containsExactly(new float[] {4.5f, 6.5f, 8.5f}, within(1e-6f));
    // Two thirds of a pixel wide: [1, 2/3 of 2], [1/3 of 2, 1/3 of 3], ...
    assertThat(resized(new float[] {1, 2, 3}, 1, 1, 3, 1, 2))
        .containsExactly(new float[] {(1 + 0.5f * 2) / 1.5f, (0.5f * 2 + 3) / 1.5f}, within(1e-6f));
    assertThat(resized(new float[] {1, 2}, 1, 1, 2, 2, 4)).containsExactly(1, 1, 2, 2, 1, 1, 2, 2);
  }

  @Property
  void theMeanOfEachChannelIsKept(
      @ForAll @IntRange(min = 1, max = 12) int height,
      @ForAll @IntRange(min = 1, max = 12) int width,
      @ForAll @IntRange(min = 1, max = 12) int newHeight,
      @ForAll @IntRange(min = 1, max = 12) int newWidth) {
    int pixels = height * width;
    float[] image = new float[2 * pixels];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) Math.sin(i) + (i < pixels ? 0 : 5);
    }
    float[] result = resized(image, 2, height, width, newHeight, newWidth);
    int newPixels = newHeight * newWidth;
    for (int channel = 0; channel < 2; channel++) {
      assertThat(mean(result, channel * newPixels, newPixels))
          .isCloseTo(mean(image, channel * pixels, pixels), within(1e-5));
    }
    assertThat(resized(image, 2, height, width, height, width)).containsExactly(image);
  }

  private static double mean(float[] values, int from, int count) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += values[i];
    }
    return sum / count;
  }
}
