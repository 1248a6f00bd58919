/** The bounds strategies are compared with. */
@NullMarked
package io.perennial.baselines;

import org.jspecify.annotations.NullMarked;
