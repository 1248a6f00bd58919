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
  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(() -> new Scratch(0));

  private final int length;

  /** For each feature, which of the record's it is; null if it is the one at the same place. */
  private final int @Nullable [] order;

  private record Scratch(byte[] bytes, float[] values) {
    Scratch(int length) {
      this(new byte[length], new float[length]);
    }
  }

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
    Scratch scratch = load(index);
    int[] from = order;
    if (from == null) {
      scale(scratch.bytes, destination, offset);
      return;
    }
    // In two passes, of which the second writes in order: what it writes to is not in a cache.
    float[] values = scratch.values;
    scale(scratch.bytes, values, 0);
    for (int i = 0; i < from.length; i++) {
      destination[offset + i] = values[from[i]];
    }
  }

  private void scale(byte[] bytes, float[] destination, int offset) {
    for (int i = 0; i < length; i++) {
      destination[offset + i] = scaled[bytes[i] & 0xFF];
    }
  }

  /** An example's bytes, and perhaps more, until this thread's next one. */
  private Scratch load(int index) {
    Scratch scratch = SCRATCH.get();
    if (scratch.bytes.length < length) {
      scratch = new Scratch(length);
      SCRATCH.set(scratch);
    }
    records.read(index, skip, scratch.bytes, length);
    return scratch;
  }

  @Override
  public void content(int index, int width, Content content) {
    if (content.lacks(records, index)) {
      content.add(Arrays.copyOf(load(index).bytes, length));
    }
  }
}
