package io.perennial.models;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The {@link Memory} of the arrays that were passed in lately, so that a step that is given the
 * same arrays again makes nothing. For one thread at a time.
 */
final class Bindings {
  private static final int SLOTS = 8;

  private final @Nullable INDArray[] arrays = new @Nullable INDArray[SLOTS];
  private final @Nullable Memory[] memories = new @Nullable Memory[SLOTS];
  private int next;

  /**
   * The memory of an array.
   *
   * @throws IllegalArgumentException as {@link Memory#of}
   */
  Memory of(INDArray array) {
    for (int i = 0; i < SLOTS; i++) {
      Memory known = memories[i];
      if (arrays[i] == array && known != null && !array.wasClosed()) {
        return known;
      }
    }
    Memory made = Memory.of(array);
    arrays[next] = array;
    memories[next] = made;
    next = (next + 1) % SLOTS;
    return made;
  }

  /**
   * The memory of an array with a given number of elements and type.
   *
   * @throws IllegalArgumentException if it has another
   */
  Memory of(INDArray array, Kernels<?> kernels, long length, String name) {
    if (array.length() != length || array.dataType() != kernels.type()) {
      throw new IllegalArgumentException(
          "The "
              + name
              + " must be "
              + length
              + " elements of type "
              + kernels.type()
              + ", not "
              + array.length()
              + " of type "
              + array.dataType());
    }
    return of(array);
  }
}
