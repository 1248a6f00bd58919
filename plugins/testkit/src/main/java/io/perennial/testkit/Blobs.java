package io.perennial.testkit;

import io.perennial.api.Examples;
import io.perennial.api.RandomSource;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A stream of tasks of two classes each: noisy points around centres in the unit cube. With task or
 * class labels each task brings new classes; in a domain-incremental setting only centres change.
 */
final class Blobs implements Examples {
  private static final double NOISE = 0.12;

  private final float[][] points;
  private final int[] labels;
  private final boolean readable;

  private Blobs(int size, float[][] centres, int[] classes, boolean readable, RandomSource random) {
    this.points = new float[size][centres[0].length];
    this.labels = new int[size];
    this.readable = readable;
    for (int n = 0; n < size; n++) {
      int which = n % classes.length;
      labels[n] = classes[which];
      for (int i = 0; i < points[n].length; i++) {
        double value = centres[which][i] + NOISE * random.nextGaussian();
        points[n][i] = (float) Math.min(1, Math.max(0, value));
      }
    }
  }

  /**
   * A stream.
   *
   * @param testReadable whether test examples may be read; an attempt throws if not
   */
  static List<Task> stream(
      int tasks, long[] shape, Setting setting, boolean testReadable, RandomSource random) {
    int width = Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
    List<Task> stream = new ArrayList<>();
    for (int t = 0; t < tasks; t++) {
      int first = setting == Setting.DOMAIN_INCREMENTAL ? 0 : 2 * t;
      int[] classes = {first, first + 1};
      float[][] centres = new float[2][width];
      for (float[] centre : centres) {
        for (int i = 0; i < width; i++) {
          centre[i] = random.nextInt(2) == 0 ? 0.2f : 0.8f;
        }
      }
      centres[0][t % width] = 0.2f;
      centres[1][t % width] = 0.8f;
      stream.add(
          new Task(
              t,
              "task " + t,
              shape,
              classes,
              new Blobs(48, centres, classes, true, random),
              new Blobs(8, centres, classes, true, random),
              new Blobs(12, centres, classes, testReadable, random)));
    }
    return stream;
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int index) {
    requireReadable();
    return labels[index];
  }

  @Override
  public void read(int index, float[] destination, int offset) {
    requireReadable();
    System.arraycopy(points[index], 0, destination, offset, points[index].length);
  }

  private void requireReadable() {
    if (!readable) {
      throw new AssertionError(
          "Test examples were read. Expected: only training and validation examples are looked at.");
    }
  }
}
