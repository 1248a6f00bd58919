package io.perennial.runner.data;

import io.perennial.api.Examples;
import java.util.stream.IntStream;

/** Examples kept as unsigned bytes, on the heap or in a mapped file; scaled when they are read. */
final class ByteExamples implements Examples {
  private final Segments records;
  private final int skip;
  private final int[] labels;
  private final float[] scaled;

  /** Where each feature goes when it is read; as long as an example. */
  private final int[] places;

  private final ThreadLocal<byte[]> bytes;

  private ByteExamples(Segments records, int skip, int[] labels, float[] scaled, int[] places) {
    this.records = records;
    this.skip = skip;
    this.labels = labels;
    this.scaled = scaled;
    this.places = places;
    this.bytes = ThreadLocal.withInitial(() -> new byte[places.length]);
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
    int[] wide = IntStream.range(0, labels.length).map(i -> labels[i] & 0xFF).toArray();
    return of(Segments.of(values, length), 0, wide, largest);
  }

  /**
   * Makes them without copying.
   *
   * @param records one an example
   * @param skip bytes of a record before the features, which are all the others
   * @param labels one an example
   * @param largest the value that becomes 1
   */
  static ByteExamples of(Segments records, int skip, int[] labels, int largest) {
    float[] scaled = new float[256];
    for (int value = 0; value < scaled.length; value++) {
      scaled[value] = (float) value / largest;
    }
    int[] places = IntStream.range(0, records.recordBytes() - skip).toArray();
    return new ByteExamples(records, skip, labels, scaled, places);
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
    return new ByteExamples(records, skip, labels, scaled, moved);
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
    byte[] values = bytes.get();
    records.read(index, skip, values, values.length);
    for (int i = 0; i < values.length; i++) {
      destination[offset + places[i]] = scaled[values[i] & 0xFF];
    }
  }

  @Override
  public void content(int index, int width, Content content) {
    if (content.lacks(records, index)) {
      byte[] values = bytes.get();
      records.read(index, skip, values, values.length);
      content.add(values);
    }
  }
}
