/**
 * Memory aware synapses (Aljundi et al., arXiv 1711.09601).
 *
 * <p>A parameter matters as much as the network's output depends on it: the mean absolute gradient
 * of the output's squared length. No label is read, so importance can also be measured on data that
 * nobody labelled.
 */
@NullMarked
package io.perennial.aware;

import org.jspecify.annotations.NullMarked;
