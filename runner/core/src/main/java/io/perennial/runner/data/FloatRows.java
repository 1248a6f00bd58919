package io.perennial.runner.data;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of equally many floats, read by number; in memory or in a mapped file. Safe for reading by
 * several threads.
 *
 * @param size how many rows
 * @param width of a row
 * @param perSegment how many rows each segment has, the last one excepted
 * @param segments the rows, one after the other
 */
record FloatRows(int size, int width, int perSegment, List<FloatBuffer> segments) {
  private static final int SEGMENT_BYTES = 1 << 22;

  /** Rows as {@link ToStream} wrote them. */
  static FloatRows of(Segments records, int size) {
    return new FloatRows(
        size,
        records.recordBytes() / Float.BYTES,
        records.perSegment(),
        records.buffers().stream().map(ByteBuffer::asFloatBuffer).toList());
  }

  void read(int row, float[] destination, int offset) {
    int segment = row / perSegment;
    segments.get(segment).get((row - segment * perSegment) * width, destination, offset, width);
  }

  /** Takes rows one after the other. */
  interface Sink {
    /** Copies a row. */
    void add(float[] row);
  }

  /** Keeps rows in memory. */
  static final class InMemory implements Sink {
    private final int width;
    private final int perSegment;
    private final List<FloatBuffer> segments = new ArrayList<>();
    private int size;

    InMemory(int width) {
      this.width = width;
      this.perSegment = Math.max(1, SEGMENT_BYTES / (width * Float.BYTES));
    }

    @Override
    public void add(float[] row) {
      int within = size++ % perSegment;
      if (within == 0) {
        segments.add(
            ByteBuffer.allocate(perSegment * width * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer());
      }
      segments.get(segments.size() - 1).put(within * width, row, 0, width);
    }

    FloatRows rows() {
      return new FloatRows(size, width, perSegment, List.copyOf(segments));
    }
  }

  /** Writes rows, little-endian. */
  static final class ToStream implements Sink {
    private final OutputStream out;
    private final ByteBuffer bytes;

    ToStream(OutputStream out, int width) {
      this.out = out;
      this.bytes = ByteBuffer.allocate(width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void add(float[] row) {
      bytes.asFloatBuffer().put(row);
      try {
        out.write(bytes.array());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
