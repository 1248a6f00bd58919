/**
 * Averaged gradient episodic memory, A-GEM (Chaudhry et al., arXiv 1812.00420).
 *
 * <p>A few examples of each task are kept. A step that would raise their mean loss, to first order,
 * loses the part of its gradient that does so: one constraint on the average, where GEM (Lopez-Paz
 * and Ranzato, arXiv 1706.08840) has one a task and solves a quadratic programme.
 */
@NullMarked
package io.perennial.averagedgem;

import org.jspecify.annotations.NullMarked;
