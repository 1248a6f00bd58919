package io.perennial.replay;

import io.perennial.api.Examples;
import io.perennial.api.RandomSource;

/**
 * Two clusters, one for each class, that can be read while their task is learned and never again.
 */
final class ClosedAfterTask implements Examples {
  private final float[][] rows;
  private final int firstClass;
  private boolean closed;
  private int reads;

  ClosedAfterTask(int size, int width, int firstClass, RandomSource random) {
    this.rows = new float[size][width];
    this.firstClass = firstClass;
    for (int n = 0; n < size; n++) {
      int bright = label(n) % width;
      for (int i = 0; i < width; i++) {
        rows[n][i] = (float) (i == bright ? 0.8 + 0.2 * random.nextDouble() : 0);
      }
    }
  }

  void close() {
    closed = true;
  }

  int reads() {
    return reads;
  }

  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public int label(int index) {
    return firstClass + index % 2;
  }

  @Override
  public void read(int index, float[] destination, int offset) {
    if (closed) {
      throw new IllegalStateException("The task is over; its examples may not be read any more");
    }
    reads++;
    System.arraycopy(rows[index], 0, destination, offset, rows[index].length);
  }
}
