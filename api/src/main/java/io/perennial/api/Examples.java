package io.perennial.api;

/**
 * Labelled examples of one shape, read by index. Implementations may keep them as bytes or on disk;
 * they become floats when they are read. Safe for reading by several threads.
 */
public interface Examples {
  /** How many there are. */
  int size();

  /** The class of an example. */
  int label(int index);

  /**
   * Writes an example's features, in C order, to {@code destination} from {@code offset} on.
   *
   * @param index at least 0, less than {@link #size()}
   */
  void read(int index, float[] destination, int offset);

  /** How many of an example's values are missing where it comes from, and were filled in. */
  default int missing(int index) {
    return 0;
  }

  /** The examples at the given indices, as a view. The array is not copied and must not change. */
  default Examples select(int[] indices) {
    Examples all = this;
    return new Examples() {
      @Override
      public int size() {
        return indices.length;
      }

      @Override
      public int label(int index) {
        return all.label(indices[index]);
      }

      @Override
      public int missing(int index) {
        return all.missing(indices[index]);
      }

      @Override
      public void read(int index, float[] destination, int offset) {
        all.read(indices[index], destination, offset);
      }
    };
  }
}
