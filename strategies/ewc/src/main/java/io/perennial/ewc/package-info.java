/** Elastic weight consolidation. */
@NullMarked
package io.perennial.ewc;

import org.jspecify.annotations.NullMarked;
