package io.perennial.runner.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Records of equally many bytes, on the heap or in a mapped file, where they need no heap and the
 * operating system keeps in memory what is used. No buffer reaches 2 GiB, and none cuts a record in
 * two. Safe for reading by several threads.
 *
 * @param recordBytes of one
 * @param perSegment how many records each segment has, the last one excepted
 * @param buffers the segments, little-endian
 */
record Segments(int recordBytes, int perSegment, List<ByteBuffer> buffers) {
  private static final int SEGMENT_BYTES = 1 << 30;

  /** Records on the heap, not copied. */
  static Segments of(byte[] bytes, int recordBytes) {
    return new Segments(
        recordBytes,
        Integer.MAX_VALUE,
        List.of(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)));
  }

  /** Records in a part of a file, which must stay as it is; see the other method. */
  static Segments map(Path file, long offset, int recordBytes, long count) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return map(channel, offset, recordBytes, count);
    }
  }

  /**
   * Records in a part of an open file, which may be closed then.
   *
   * @param offset of the first
   * @param count how many
   */
  static Segments map(FileChannel channel, long offset, int recordBytes, long count)
      throws IOException {
    int perSegment = Math.max(1, SEGMENT_BYTES / recordBytes);
    List<ByteBuffer> buffers = new ArrayList<>();
    for (long first = 0; first < count; first += perSegment) {
      long start = offset + first * recordBytes;
      long length = Math.min(perSegment, count - first) * recordBytes;
      buffers.add(
          channel.map(FileChannel.MapMode.READ_ONLY, start, length).order(ByteOrder.LITTLE_ENDIAN));
    }
    return new Segments(recordBytes, perSegment, List.copyOf(buffers));
  }

  /**
   * Copies a part of a record.
   *
   * @param skip bytes of the record before that part
   */
  void read(int record, int skip, byte[] destination, int length) {
    int segment = record / perSegment;
    int within = record - segment * perSegment;
    buffers.get(segment).get(within * recordBytes + skip, destination, 0, length);
  }
}
