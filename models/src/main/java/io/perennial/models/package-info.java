/**
 * Networks and optimisers on ND4J arrays, and what strategies build on.
 *
 * <p>A network's parameters are one flat vector outside the heap, and so is a gradient. Products go
 * to OpenBLAS directly, element-wise work is Java over blocks copied to the heap, and everything is
 * allocated once for each batch size. {@link io.perennial.models.NativeSetup} chooses OpenBLAS's
 * kernel and keeps native libraries to one thread; {@link io.perennial.models.Workers} are the
 * parallelism, and no result depends on how many there are.
 *
 * <p>Strategies find vector arithmetic in {@link io.perennial.models.Vectors} and the merged
 * quadratic of many old tasks in {@link io.perennial.models.ConsolidatedPenalty}.
 */
@NullMarked
package io.perennial.models;

import org.jspecify.annotations.NullMarked;
