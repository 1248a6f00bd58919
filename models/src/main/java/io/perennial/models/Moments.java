package io.perennial.models;

import io.perennial.api.ParameterMap;
import io.perennial.api.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;
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

  /** The update of a block of parameters, which are number {@code at} and on of all of them. */
  interface Update<A> {
    /** Any number of threads call this, each for other parameters. */
    void apply(A theta, A gradient, int at, int n);
  }

  private final Kernels<A> kernels;
  private final int length;
  private final Pieces pieces;
  private final Workers workers;
  private final Map<Kind, HeapVector<A>> vectors = new LinkedHashMap<>();
  private final Bindings bindings = new Bindings();
  private final List<Scratch<A>> scratch = new ArrayList<>();
  private final IntConsumer piece = this::piece;

  /** The pass at hand. */
  private @Nullable Pass<A> pass;

  private record Pass<A>(
      Memory thetas, Memory slopes, boolean @Nullable [] frozen, Update<A> update) {}

  /** The arrays of one piece. */
  private record Scratch<A>(A theta, A gradient, A before, List<A> moments) {}

  private Moments(
      Kernels<A> kernels, Workers workers, int length, Map<Kind, HeapVector<A>> vectors) {
    this.kernels = kernels;
    this.workers = workers;
    this.length = length;
    this.pieces = new Pieces(workers, length);
    this.vectors.putAll(vectors);
    for (int p = 0; p < pieces.count(); p++) {
      List<A> blocks = vectors.keySet().stream().map(kind -> kernels.array(BLOCK)).toList();
      scratch.add(
          new Scratch<>(kernels.array(BLOCK), kernels.array(BLOCK), kernels.array(BLOCK), blocks));
    }
  }

  /** Zeros, one vector for each kind. */
  static <A> Moments<A> zeros(Kernels<A> kernels, Workers workers, int length, Kind... kinds) {
    Map<Kind, HeapVector<A>> vectors = new LinkedHashMap<>();
    for (Kind kind : kinds) {
      vectors.put(kind, HeapVector.zeros(kernels, length));
    }
    return new Moments<>(kernels, workers, length, vectors);
  }

  /** What {@link #save} saved; null if that was nothing. */
  static @Nullable Moments<?> restore(Workers workers, State state, Kind... kinds) {
    if (state.tensors().isEmpty()) {
      return null;
    }
    INDArray first = state.tensor(kinds[0].name());
    return restore(
        Kernels.of(first.dataType()), workers, Math.toIntExact(first.length()), state, kinds);
  }

  private static <A> Moments<A> restore(
      Kernels<A> kernels, Workers workers, int length, State state, Kind... kinds) {
    Map<Kind, HeapVector<A>> vectors = new LinkedHashMap<>();
    for (Kind kind : kinds) {
      vectors.put(kind, HeapVector.copyOf(kernels, state.tensor(kind.name())));
    }
    return new Moments<>(kernels, workers, length, vectors);
  }

  Kernels<A> kernels() {
    return kernels;
  }

  Pieces pieces() {
    return pieces;
  }

  /** The values of a moment, live. */
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
    Map<Kind, HeapVector<A>> remapped = new LinkedHashMap<>();
    vectors.forEach((kind, vector) -> remapped.put(kind, vector.remap(map, kind.quantity())));
    return new Moments<>(kernels, workers, map.newSize(), remapped);
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
    pass = new Pass<>(parameters(parameters), gradient(gradients), frozen, update);
    pieces.run(piece);
  }

  private void piece(int number) {
    Pass<A> p = Objects.requireNonNull(pass);
    Scratch<A> s = scratch.get(number);
    for (int at = pieces.from(number); at < pieces.to(number); at += BLOCK) {
      int n = Math.min(BLOCK, pieces.to(number) - at);
      kernels.get(p.thetas, at, s.theta, 0, n);
      kernels.get(p.slopes, at, s.gradient, 0, n);
      if (p.frozen == null) {
        p.update.apply(s.theta, s.gradient, at, n);
      } else {
        updateUnfrozen(p, p.frozen, s, at, n);
      }
      kernels.put(s.theta, 0, p.thetas, at, n);
    }
  }

  private void updateUnfrozen(Pass<A> p, boolean[] frozen, Scratch<A> s, int at, int n) {
    int kind = 0;
    for (HeapVector<A> vector : vectors.values()) {
      System.arraycopy(vector.values(), at, s.moments.get(kind++), 0, n);
    }
    System.arraycopy(s.theta, 0, s.before, 0, n);
    p.update.apply(s.theta, s.gradient, at, n);
    kernels.restore(s.theta, s.before, frozen, at, n);
    kind = 0;
    for (HeapVector<A> vector : vectors.values()) {
      // Restoring works on blocks, so what was computed changes places with what was there.
      A before = s.moments.get(kind++);
      System.arraycopy(vector.values(), at, s.before, 0, n);
      kernels.restore(s.before, before, frozen, at, n);
      System.arraycopy(s.before, 0, vector.values(), at, n);
    }
  }
}
