package io.perennial.models;

import io.perennial.api.ParameterMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A vector that only Java loops touch, such as an optimiser's momentum: on the heap it needs no
 * copies.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
record HeapVector<A>(Kernels<A> kernels, A values, int length) {
  static <A> HeapVector<A> zeros(Kernels<A> kernels, int length) {
    return new HeapVector<>(kernels, kernels.array(length), length);
  }

  static <A> HeapVector<A> copyOf(Kernels<A> kernels, INDArray array) {
    HeapVector<A> copy = zeros(kernels, Math.toIntExact(array.length()));
    kernels.get(Memory.of(array), 0, copy.values, 0, copy.length);
    return copy;
  }

  INDArray toArray() {
    INDArray array = Vectors.create(kernels.type(), length);
    kernels.put(values, 0, Memory.of(array), 0, length);
    return array;
  }

  HeapVector<A> remap(ParameterMap map, ParameterMap.Quantity quantity) {
    try (INDArray old = toArray();
        INDArray remapped = map.remap(old, quantity)) {
      return copyOf(kernels, remapped);
    }
  }

  void clear() {
    kernels.fill(values, length, 0);
  }
}
