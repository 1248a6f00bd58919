package io.perennial.runner.data;

import io.perennial.api.Examples;
import java.util.stream.IntStream;

/** Examples kept as unsigned bytes, scaled when they are read. */
final class ByteExamples implements Examples {
  private final byte[] values;
  private final byte[] labels;
  private final float[] scaled;

  /** Where each feature goes when it is read; as long as an example. */
  private final int[] places;

  private ByteExamples(byte[] values, byte[] labels, float[] scaled, int[] places) {
    this.values = values;
    this.labels = labels;
    this.scaled = scaled;
    this.places = places;
  }

  /**
   * Makes them without copying.
   *
   * @param values the features of all examples, one after the other
   * @param labels one an example, unsigned
   * @param length of one example
   * @param largest the value that becomes 1
   */
  static ByteExamples of(byte[] values, byte[] labels, int length, int largest) {
    float[] scaled = new float[256];
    for (int value = 0; value < scaled.length; value++) {
      scaled[value] = (float) value / largest;
    }
    return new ByteExamples(values, labels, scaled, IntStream.range(0, length).toArray());
  }

  /** The same examples; feature i is the one that was at {@code order[i]}. */
  ByteExamples permuted(int[] order) {
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[order[i]] = i;
    }
    int[] moved = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      moved[i] = inverse[places[i]];
    }
    return new ByteExamples(values, labels, scaled, moved);
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
    int start = index * places.length;
    for (int i = 0; i < places.length; i++) {
      destination[offset + places[i]] = scaled[values[start + i] & 0xFF];
    }
  }
}
