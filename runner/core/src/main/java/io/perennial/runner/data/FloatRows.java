package io.perennial.runner.data;

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
 * @param rowsPerSegment how many rows each segment has, the last one excepted
 * @param segments the rows, one after the other
 */
record FloatRows(int size, int width, int rowsPerSegment, List<FloatBuffer> segments) {
  private static final int SEGMENT_BYTES = 1 << 22;

  void read(int row, float[] destination, int offset) {
    int segment = row / rowsPerSegment;
    segments.get(segment).get((row - segment * rowsPerSegment) * width, destination, offset, width);
  }

  /** Takes rows one after the other. */
  interface Sink {
    /** Copies a row. */
    void add(float[] row);
  }

  /** Rows that are kept in memory. */
  static final class InMemory implements Sink {
    private final int width;
    private final int rowsPerSegment;
    private final List<FloatBuffer> segments = new ArrayList<>();
    private int size;

    InMemory(int width) {
      this.width = width;
      this.rowsPerSegment = Math.max(1, SEGMENT_BYTES / (width * Float.BYTES));
    }

    @Override
    public void add(float[] row) {
      int within = size++ % rowsPerSegment;
      if (within == 0) {
        segments.add(
            ByteBuffer.allocate(rowsPerSegment * width * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer());
      }
      segments.get(segments.size() - 1).put(within * width, row, 0, width);
    }

    FloatRows rows() {
      return new FloatRows(size, width, rowsPerSegment, List.copyOf(segments));
    }
  }
}
