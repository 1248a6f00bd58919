/**
 * Data sets and the streams of tasks made from them: {@code digits} and {@code idx} files, {@code
 * split}, {@code permuted}, {@code rotated} and {@code noisy} scenarios, streams of {@code files}
 * and {@code csv-tasks}, a {@code sequence} of scenarios and scenarios with soft borders ({@code
 * blurry}, {@code task-free}), {@code given} and {@code random} task orders.
 *
 * <p>Data sets keep their pixels as bytes; everything a scenario does to them (choosing,
 * relabelling, permuting) is a view that works when an example is read.
 */
@NullMarked
package io.perennial.runner.data;

import org.jspecify.annotations.NullMarked;
