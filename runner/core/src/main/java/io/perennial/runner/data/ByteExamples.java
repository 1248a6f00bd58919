package io.perennial.runner.data;

import io.perennial.api.Examples;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Examples kept as unsigned bytes, on the heap or in a mapped file; scaled when they are read. */
final class ByteExamples implements Examples {
  private final Segments records;
  private final int skip;
  private final int[] labels;
  private final float[] scaled;

  /** Of all examples together: a stream of many tasks would leave each thread as many of them. */
  private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(() -> new byte[0]);

  private final int length;

  /** For each feature, which of the record's it is; null if it is the one at the same place. */
  private final int @Nullable [] order;

  private ByteExamples(
      Segments records, int skip, int[] labels, float[] scaled, int @Nullable [] order) {
    this.records = records;
    this.skip = skip;
    this.labels = labels;
    this.scaled = scaled;
    this.length = records.recordBytes() - skip;
    this.order = order;
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
    return new ByteExamples(records, skip, labels, scaled, null);
  }

  /** The same examples; feature i is the one that was at {@code next[i]}. */
  ByteExamples permuted(int[] next) {
    int[] before = order;
    int[] both = new int[next.length];
    for (int i = 0; i < next.length; i++) {
      both[i] = before == null ? next[i] : before[next[i]];
    }
    return new ByteExamples(records, skip, labels, scaled, both);
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
    byte[] bytes = load(index);
    float[] table = scaled;
    int[] from = order;
    if (from == null) {
      for (int i = 0; i < length; i++) {
        destination[offset + i] = table[bytes[i] & 0xFF];
      }
      return;
    }
    for (int i = 0; i < from.length; i++) {
      destination[offset + i] = table[bytes[from[i]] & 0xFF];
    }
  }

  /** An example's bytes, and perhaps more, until this thread's next one. */
  private byte[] load(int index) {
    byte[] bytes = SCRATCH.get();
    if (bytes.length < length) {
      bytes = new byte[length];
      SCRATCH.set(bytes);
    }
    records.read(index, skip, bytes, length);
    return bytes;
  }

  @Override
  public void content(int index, int width, Content content) {
    if (content.lacks(records, index)) {
      content.add(Arrays.copyOf(load(index), length));
    }
  }
}
