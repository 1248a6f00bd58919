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

  /** The update of a block of parameters; the moments' blocks are {@link #block}. */
  interface Update<A> {
    void apply(A theta, A gradient, int n);
  }

  private final Kernels<A> kernels;
  private final int length;
  private final Map<Kind, HeapVector<A>> vectors = new LinkedHashMap<>();
  private final Map<Kind, A> blocks = new LinkedHashMap<>();
  private final Bindings bindings = new Bindings();
  private final A theta;
  private final A gradient;
  private final A before;

  private Moments(Kernels<A> kernels, int length) {
    this.kernels = kernels;
    this.length = length;
    this.theta = kernels.array(BLOCK);
    this.gradient = kernels.array(BLOCK);
    this.before = kernels.array(BLOCK);
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
    blocks.put(kind, kernels.array(BLOCK));
  }

  Kernels<A> kernels() {
    return kernels;
  }

  /** Where {@link #step} and {@link #load} put a moment's values for the block at hand. */
  A block(Kind kind) {
    A block = blocks.get(kind);
    if (block == null) {
      throw new IllegalArgumentException("There is no moment " + kind.name());
    }
    return block;
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
      load(at, n);
      update.apply(theta, gradient, n);
      if (frozen != null) {
        keepFrozen(thetas, frozen, at, n);
      }
      kernels.put(theta, 0, thetas, at, n);
      for (Map.Entry<Kind, HeapVector<A>> entry : vectors.entrySet()) {
        System.arraycopy(block(entry.getKey()), 0, entry.getValue().values(), at, n);
      }
    }
  }

  /** Copies a block of each moment to where {@link #block} says. */
  void load(int at, int n) {
    for (Map.Entry<Kind, HeapVector<A>> entry : vectors.entrySet()) {
      System.arraycopy(entry.getValue().values(), at, block(entry.getKey()), 0, n);
    }
  }

  private void keepFrozen(Memory thetas, boolean[] frozen, int at, int n) {
    kernels.get(thetas, at, before, 0, n);
    kernels.restore(theta, before, frozen, at, n);
    for (Map.Entry<Kind, HeapVector<A>> entry : vectors.entrySet()) {
      System.arraycopy(entry.getValue().values(), at, before, 0, n);
      kernels.restore(block(entry.getKey()), before, frozen, at, n);
    }
  }
}
