package io.perennial.curriculum;

import io.perennial.api.Examples;
import io.perennial.api.RandomSource;
import io.perennial.api.Task;

/**
 * Classes around random centres.
 *
 * @param features {@code [N][width]}
 * @param labels {@code [N]}
 */
record Blobs(float[][] features, int[] labels) implements Examples {
  private static final int WIDTH = 6;

  /** Test examples that nobody may look at. */
  private static final Examples FORBIDDEN =
      new Examples() {
        @Override
        public int size() {
          throw new AssertionError("test data was looked at");
        }

        @Override
        public int label(int index) {
          throw new AssertionError("test data was looked at");
        }

        @Override
        public void read(int index, float[] destination, int offset) {
          throw new AssertionError("test data was looked at");
        }
      };

  static Blobs of(int size, int classes, double spread, RandomSource random) {
    float[][] features = new float[size][WIDTH];
    int[] labels = new int[size];
    for (int n = 0; n < size; n++) {
      labels[n] = n % classes;
      for (int i = 0; i < WIDTH; i++) {
        double centre = i % classes == labels[n] ? 1 : 0;
        features[n][i] = (float) (centre + spread * random.nextGaussian());
      }
    }
    return new Blobs(features, labels);
  }

  static Task task(int index, int classes, Examples training, Examples validation) {
    int[] all = new int[classes];
    for (int c = 0; c < classes; c++) {
      all[c] = c;
    }
    long[] shape = {1, WIDTH};
    return new Task(index, "task " + index, shape, all, training, validation, FORBIDDEN);
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public void read(int index, float[] destination, int offset) {
    System.arraycopy(features[index], 0, destination, offset, WIDTH);
  }
}
