package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.api.DataSet;
import io.perennial.api.Examples;
import io.perennial.api.InputException;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RotatedTest {
  private static float[] turned(float[] image, int height, int width, double degrees) {
    float[] result = new float[image.length];
    int channels = image.length / (height * width);
    new Rotation(channels, height, width, degrees).apply(image, result, 0);
    return result;
  }

  @Property
  void noRotationAndAFullOneChangeNothing(
      @ForAll @IntRange(min = 1, max = 9) int height,
      @ForAll @IntRange(min = 1, max = 9) int width,
      @ForAll @IntRange(min = 1, max = 3) int channels) {
    float[] image = image(channels * height * width);
    assertThat(turned(image, height, width, 0)).containsExactly(image);
    assertThat(turned(image, height, width, 360)).containsExactly(image, within(1e-4f));
  }

  @Test
  void aQuarterTurnIsCounterClockwise() {
    float[] image = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    assertThat(turned(image, 3, 3, 90))
        .containsExactly(new float[] {3, 6, 9, 2, 5, 8, 1, 4, 7}, within(1e-5f));
    assertThat(turned(image, 3, 3, -90))
        .containsExactly(new float[] {7, 4, 1, 8, 5, 2, 9, 6, 3}, within(1e-5f));
  }

  /** A plane is what bilinear interpolation reproduces. */
  @Property
  void aPlaneIsTurnedExactly(@ForAll @DoubleRange(min = -180, max = 180) double degrees) {
    int size = 15;
    float[] plane = new float[size * size];
    for (int i = 0; i < plane.length; i++) {
      int row = i / size;
      int column = i % size;
      plane[i] = 3 * row + 2 * column + 1;
    }
    float[] result = turned(plane, size, size, degrees);
    double sin = Math.sin(Math.toRadians(degrees));
    double cos = Math.cos(Math.toRadians(degrees));
    for (int i = 0; i < plane.length; i++) {
      int row = i / size;
      int column = i % size;
      double dy = row - 7;
      double dx = column - 7;
      if (dy * dy + dx * dx < 48) { // The inside, which comes from the inside.
        double y = 7 + cos * dy + sin * dx;
        double x = 7 - sin * dy + cos * dx;
        assertThat(result[i]).isCloseTo((float) (3 * y + 2 * x + 1), within(1e-3f));
      }
    }
  }

  @Test
  void everyTaskTurnsFurtherAndSharesClassesWhereTheSettingDoes() {
    DataSet data = Fixtures.counting(3, 30, 9, 50);
    for (Setting setting : Setting.values()) {
      List<Task> tasks = Fixtures.rotated(data, 3, 30, setting, 0.2, 1).tasks();
      assertThat(tasks).extracting(Task::name).containsExactly("1: 0.0°", "2: 30.0°", "3: 60.0°");
      int shift = setting == Setting.DOMAIN_INCREMENTAL ? 0 : 3;
      assertThat(tasks.get(1).classes()).containsExactly(shift, shift + 1, shift + 2);
      assertThat(tasks.get(2).validation().size()).isEqualTo(6);
      assertThat(tasks.get(2).training().size()).isEqualTo(24);
      float[] first = read(tasks.get(0).test());
      assertThat(first).containsExactly(read(data.test()));
      assertThat(read(tasks.get(1).test())).containsExactly(turned(first, 1, 50, 30));
      assertThat(read(tasks.get(2).test())).containsExactly(turned(first, 1, 50, 60));
    }
  }

  @Test
  void onlyImagesCanBeTurned() {
    DataSet images = Fixtures.counting(3, 30, 9, 50);
    DataSet table =
        new DataSet("table", new long[] {50}, images.classes(), images.training(), images.test());
    assertThatThrownBy(
            () -> Fixtures.rotated(table, 3, 5, Setting.DOMAIN_INCREMENTAL, 0, 1).tasks())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("table have the shape [50]")
        .hasMessageContaining("[channels, height, width]");
  }

  private static float[] read(Examples examples) {
    return Fixtures.read(examples, 4, 50);
  }

  private static float[] image(int length) {
    float[] image = new float[length];
    for (int i = 0; i < length; i++) {
      image[i] = (i * 7 % 11) / 11f;
    }
    return image;
  }
}
