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

  /**
   * Gives the values that an example's features follow from to a sum over all data, which tells
   * whether data is what it was. Examples of their own give their features; a view passes the call
   * on, so that each example is taken once however many views there are of it, and must do so only
   * if what it changes follows from the settings and the seed alone.
   *
   * @param width of an example here
   */
  default void content(int index, int width, Content content) {
    if (content.lacks(this, index)) {
      float[] features = new float[width];
      read(index, features, 0);
      content.add(features);
    }
  }

  /** Takes the values of examples. */
  interface Content {
    /** Whether an example of a source, told apart by identity, is asked about the first time. */
    boolean lacks(Object source, int index);

    /** Takes an example's values as they are kept. */
    void add(byte[] values);

    /** Takes an example's values. */
    void add(float[] values);
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

      @Override
      public void content(int index, int width, Content content) {
        all.content(indices[index], width, content);
      }
    };
  }
}
