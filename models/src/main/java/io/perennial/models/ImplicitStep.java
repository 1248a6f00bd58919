package io.perennial.models;

import io.perennial.api.QuadraticPenalty;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The proximal step of a sum of quadratics, {@code θ ← (θ + 2η Σ λb θb) / (1 + 2η Σ λb)}, computed
 * as θ plus a pull: a parameter that is not guarded, or is where its anchor is, keeps every bit.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
final class ImplicitStep<A> {
  private static final int BLOCK = Kernels.BLOCK;

  /** Fills in η for parameters {@code [at, at + n)}, from index 0 on; for any number of threads. */
  interface StepSize<A> {
    void fill(A eta, int at, int n);
  }

  private final Kernels<A> kernels;
  private final Pieces pieces;
  private final Bindings bindings = new Bindings();
  private final List<Scratch<A>> scratch = new ArrayList<>();
  private final List<Pull> pulls = new ArrayList<>();
  private final IntConsumer piece = this::piece;

  /** The step at hand. */
  private @Nullable Memory thetas;

  private @Nullable StepSize<A> stepSize;

  /** The arrays of one piece. */
  private record Scratch<A>(A theta, A eta, A importance, A anchor, A pull, A stiffness) {}

  private record Pull(double lambda, Memory importance, Memory anchor) {}

  ImplicitStep(Kernels<A> kernels, Pieces pieces) {
    this.kernels = kernels;
    this.pieces = pieces;
    for (int p = 0; p < pieces.count(); p++) {
      scratch.add(
          new Scratch<>(
              kernels.array(BLOCK),
              kernels.array(BLOCK),
              kernels.array(BLOCK),
              kernels.array(BLOCK),
              kernels.array(BLOCK),
              kernels.array(BLOCK)));
    }
  }

  void step(INDArray parameters, List<QuadraticPenalty> penalties, StepSize<A> sizes) {
    Memory all = bindings.of(parameters, kernels, parameters.length(), "parameters");
    pulls.clear();
    for (QuadraticPenalty penalty : penalties) {
      pulls.add(
          new Pull(
              penalty.lambda(),
              bindings.of(penalty.importance(), kernels, all.length(), "importance"),
              bindings.of(penalty.anchor(), kernels, all.length(), "anchor")));
    }
    thetas = all;
    stepSize = sizes;
    pieces.run(piece);
  }

  private void piece(int number) {
    Memory all = Objects.requireNonNull(thetas);
    StepSize<A> sizes = Objects.requireNonNull(stepSize);
    Scratch<A> s = scratch.get(number);
    for (int at = pieces.from(number); at < pieces.to(number); at += BLOCK) {
      int n = Math.min(BLOCK, pieces.to(number) - at);
      kernels.get(all, at, s.theta, 0, n);
      sizes.fill(s.eta, at, n);
      if (pulls.size() == 1) { // As nearly always; what it needs fits the first-level cache.
        Pull pull = pulls.get(0);
        kernels.get(pull.importance, at, s.importance, 0, n);
        kernels.get(pull.anchor, at, s.anchor, 0, n);
        kernels.implicitStep(pull.lambda, s.importance, s.anchor, s.theta, s.eta, n);
        kernels.put(s.theta, 0, all, at, n);
        continue;
      }
      kernels.fill(s.pull, n, 0);
      kernels.fill(s.stiffness, n, 0);
      for (int k = 0; k < pulls.size(); k++) {
        Pull pull = pulls.get(k);
        kernels.get(pull.importance, at, s.importance, 0, n);
        kernels.get(pull.anchor, at, s.anchor, 0, n);
        kernels.addPull(pull.lambda, s.importance, s.anchor, s.theta, s.pull, s.stiffness, n);
      }
      kernels.implicitStep(s.theta, s.eta, s.pull, s.stiffness, n);
      kernels.put(s.theta, 0, all, at, n);
    }
  }
}
