/**
 * Numbers computed from what a run measured. Each has its formula beside it, because frameworks
 * disagree on them, and says why when it has no value.
 */
@NullMarked
package io.perennial.runner.measure;

import org.jspecify.annotations.NullMarked;
