/**
 * Elastic weight consolidation (Kirkpatrick et al., arXiv 1612.00796) and its online form (Schwarz
 * et al., arXiv 1805.06370).
 *
 * <p>After each task the Fisher information {@code F} says how much each parameter matters to it; a
 * quadratic penalty {@code λ Σ_t Σ_i F_ti (θ_i - θ_ti)²} then holds the parameters that mattered
 * near the values they had. The penalties of all past tasks add up to one quadratic, so neither
 * memory nor time grows with the number of tasks.
 */
@NullMarked
package io.perennial.ewc;

import org.jspecify.annotations.NullMarked;
