package io.perennial.models;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The elements of an array outside the heap, as the two things that reach them without ND4J in
 * between: a pointer for BLAS and a buffer for bulk copies. Made once for each array, not in a
 * step. Keeps the array alive, and is invalid once the array is closed.
 */
final class Memory {
  private final INDArray owner;
  private final Pointer pointer;
  private final int length;
  private @Nullable Object buffer;

  private Memory(INDArray owner, long address, int length) {
    this.owner = owner;
    this.pointer = Kernels.of(owner.dataType()).pointer(address, length);
    this.length = length;
  }

  /**
   * All elements of an array.
   *
   * @throws IllegalArgumentException if they do not lie one after the other in C order, or are
   *     neither float nor double
   */
  static Memory of(INDArray array) {
    if (array.wasClosed()) {
      throw new IllegalArgumentException("The array was closed and has no elements any more");
    }
    requireContiguous(array);
    if (array.length() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "An array may have up to 2^31 - 1 elements, not " + array.length());
    }
    long address = array.data().pointer().address() + array.offset() * array.dataType().width();
    return new Memory(array, address, (int) array.length());
  }

  /** Elements {@code [from, from + count)}. */
  Memory slice(long from, int count) {
    if (from < 0 || count < 0 || from + count > length) {
      throw new IndexOutOfBoundsException(
          "[" + from + ", " + (from + count) + ") is not within " + length + " elements");
    }
    return new Memory(owner, pointer.address() + from * type().width(), count);
  }

  DataType type() {
    return owner.dataType();
  }

  int length() {
    return length;
  }

  /** For BLAS; points at the first element. */
  Pointer pointer() {
    return pointer;
  }

  /**
   * A {@code FloatBuffer} or {@code DoubleBuffer} over the elements.
   *
   * @throws IllegalArgumentException if they take 2 GiB or more, which no such buffer holds
   */
  Object buffer() {
    Object made = buffer;
    if (made == null) {
      if ((long) length * type().width() > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            length + " elements of type " + type() + " take more than the 2 GiB an array may have");
      }
      made = pointer.asBuffer();
      buffer = made;
    }
    return made;
  }

  /** The elements' bytes in the platform's order. */
  ByteBuffer bytes() {
    BytePointer bytes = new BytePointer(pointer);
    bytes.limit((long) length * type().width());
    return bytes.asByteBuffer().order(ByteOrder.nativeOrder());
  }

  private static void requireContiguous(INDArray array) {
    long[] shape = array.shape();
    long[] stride = array.stride();
    long expected = 1;
    for (int d = shape.length - 1; d >= 0; d--) {
      if (shape[d] != 1 && stride[d] != expected) {
        throw new IllegalArgumentException(
            "The array must be contiguous in C order; dup('c') makes it so");
      }
      expected *= shape[d];
    }
  }
}
