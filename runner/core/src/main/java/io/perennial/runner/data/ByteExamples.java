package io.perennial.runner.data;

import io.perennial.api.Examples;

/** Examples kept as unsigned bytes, scaled when they are read. */
final class ByteExamples implements Examples {
  private final byte[] values;
  private final byte[] labels;
  private final int length;
  private final float[] scaled = new float[256];

  /**
   * @param values the features of all examples, one after the other
   * @param labels one a row, unsigned
   * @param length of one example
   * @param largest the value that becomes 1
   */
  ByteExamples(byte[] values, byte[] labels, int length, int largest) {
    this.values = values;
    this.labels = labels;
    this.length = length;
    for (int value = 0; value < scaled.length; value++) {
      scaled[value] = (float) value / largest;
    }
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int index) {
    return labels[index] & 0xFF;
  }

  @Override
  public void read(int index, float[] destination, int offset) {
    int start = index * length;
    for (int i = 0; i < length; i++) {
      destination[offset + i] = scaled[values[start + i] & 0xFF];
    }
  }
}
