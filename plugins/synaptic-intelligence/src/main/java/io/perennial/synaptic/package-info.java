/**
 * Synaptic intelligence (Zenke, Poole and Ganguli, arXiv 1703.04200).
 *
 * <p>Along the way, each parameter adds up how much its moves lowered the loss: the path integral
 * of minus the gradient. What it contributed to a task, per squared distance it went, is its
 * importance; a quadratic penalty then holds it near where the task left it. No pass over the data
 * when a task ends, and no labels beyond training's own.
 */
@NullMarked
package io.perennial.synaptic;

import org.jspecify.annotations.NullMarked;
