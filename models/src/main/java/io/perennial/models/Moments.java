package io.perennial.models;

import io.perennial.api.ParameterMap;
import io.perennial.api.State;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What an optimiser keeps for each parameter, and the pass over parameters, gradient and moments
 * that is its step. Frozen parameters go through the same arithmetic and are put back afterwards,
 * moments included, so that the others get the same bits as without any frozen.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class Moments<A> {
  private static final int BLOCK = Kernels.BLOCK;

  /** A moment's name in a saved state, and how it follows growth. */
  record Kind(String name, ParameterMap.Quantity quantity) {}

  /** The update of parameters {@code [at, at + n)}, which lie in the blocks from 0 on. */
  interface Update<A> {
    void apply(A theta, A gradient, int at, int n);
  }

  private final Kernels<A> kernels;
  private final int length;
  private final Map<Kind, HeapVector<A>> vectors = new LinkedHashMap<>();
  private final Map<Kind, A> vectorsBefore = new LinkedHashMap<>();
  private final Bindings bindings = new Bindings();
  private final A theta;
  private final A gradient;
  private final A thetaBefore;

  private Moments(Kernels<A> kernels, int length) {
    this.kernels = kernels;
    this.length = length;
    this.theta = kernels.array(BLOCK);
    this.gradient = kernels.array(BLOCK);
    this.thetaBefore = kernels.array(BLOCK);
  }

  /** Zeros, one vector for each kind. */
  static <A> Moments<A> zeros(Kernels<A> kernels, int length, Kind... kinds) {
    Moments<A> moments = new Moments<>(kernels, length);
    for (Kind kind : kinds) {
      moments.put(kind, HeapVector.zeros(kernels, length));
    }
    return moments;
  }

  /** What {@link #save} saved; null if that was nothing. */
  static @Nullable Moments<?> restore(State state, Kind... kinds) {
    if (state.tensors().isEmpty()) {
      return null;
    }
    INDArray first = state.tensor(kinds[0].name());
    return restore(Kernels.of(first.dataType()), Math.toIntExact(first.length()), state, kinds);
  }

  private static <A> Moments<A> restore(
      Kernels<A> kernels, int length, State state, Kind... kinds) {
    Moments<A> moments = new Moments<>(kernels, length);
    for (Kind kind : kinds) {
      moments.put(kind, HeapVector.copyOf(kernels, state.tensor(kind.name())));
    }
    return moments;
  }

  private void put(Kind kind, HeapVector<A> vector) {
    vectors.put(kind, vector);
    vectorsBefore.put(kind, kernels.array(BLOCK));
  }

  Kernels<A> kernels() {
    return kernels;
  }

  A values(Kind kind) {
    HeapVector<A> vector = vectors.get(kind);
    if (vector == null) {
      throw new IllegalArgumentException("There is no moment " + kind.name());
    }
    return vector.values();
  }

  void save(State.Builder builder) {
    vectors.forEach((kind, vector) -> builder.tensor(kind.name(), vector.toArray()));
  }

  Moments<A> remap(ParameterMap map) {
    Moments<A> remapped = new Moments<>(kernels, map.newSize());
    vectors.forEach((kind, vector) -> remapped.put(kind, vector.remap(map, kind.quantity())));
    return remapped;
  }

  Memory parameters(INDArray array) {
    return bindings.of(array, kernels, length, "parameters");
  }

  Memory gradient(INDArray array) {
    return bindings.of(array, kernels, length, "gradient");
  }

  /** One pass of an optimiser. */
  void step(
      INDArray parameters, INDArray gradients, boolean @Nullable [] frozen, Update<A> update) {
    Memory thetas = parameters(parameters);
    Memory slopes = gradient(gradients);
    for (int at = 0; at < length; at += BLOCK) {
      int n = Math.min(BLOCK, length - at);
      kernels.get(thetas, at, theta, 0, n);
      kernels.get(slopes, at, gradient, 0, n);
      if (frozen == null) {
        update.apply(theta, gradient, at, n);
      } else {
        updateFree(frozen, update, at, n);
      }
      kernels.put(theta, 0, thetas, at, n);
    }
  }

  private void updateFree(boolean[] frozen, Update<A> update, int at, int n) {
    System.arraycopy(theta, 0, thetaBefore, 0, n);
    vectors.forEach((kind, vector) -> System.arraycopy(vector.values(), at, before(kind), 0, n));
    update.apply(theta, gradient, at, n);
    kernels.restore(theta, 0, thetaBefore, frozen, at, n);
    vectors.forEach(
        (kind, vector) -> kernels.restore(vector.values(), at, before(kind), frozen, at, n));
  }

  private A before(Kind kind) {
    A before = vectorsBefore.get(kind);
    if (before == null) {
      throw new IllegalStateException("No room to keep " + kind.name());
    }
    return before;
  }
}
