package io.perennial.api;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code λ Σ b_i (θ_i - θb_i)²}; its gradient is {@code 2 λ b_i (θ_i - θb_i)}. The arrays are live
 * and belong to the strategy that gave it.
 *
 * @param lambda λ, at least 0
 * @param importance b, {@code [P]}, each at least 0
 * @param anchor θb, {@code [P]}
 */
public record QuadraticPenalty(double lambda, INDArray importance, INDArray anchor) {}
