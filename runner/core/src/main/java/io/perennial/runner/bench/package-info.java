/**
 * What {@code perennial bench} measures: the speed of matrix products, of training steps beside
 * them, of whole runs, and of what strategies cost beside plain training. Strategies are reached
 * through configurations, as in any run; what is not installed is left out with a reason.
 *
 * <p>Times on a busy machine say little, so everything is measured several times, what is compared
 * is measured in turns, and ratios are taken within a turn; the medians count.
 */
@NullMarked
package io.perennial.runner.bench;

import org.jspecify.annotations.NullMarked;
