package io.perennial.models;

/**
 * Which embeddings the hops of a {@link MemoryNetwork} share (<a
 * href="https://arxiv.org/abs/1503.08895">arXiv 1503.08895</a>, section 2.2).
 */
public enum Tying {
  /**
   * What a hop answers with, the next one looks up with: {@code A(h+1) = C(h)}; the question is
   * embedded with {@code A(1)}.
   */
  ADJACENT,
  /**
   * All hops share A and C, the question has embeddings of its own, and a matrix H goes from hop to
   * hop: {@code u(h+1) = H u(h) + o(h)}.
   */
  LAYER_WISE
}
