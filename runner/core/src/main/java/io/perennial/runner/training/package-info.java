/**
 * The training loop: it draws batches, calls the roles in their order, evaluates and saves. It
 * knows roles, never a particular strategy.
 */
@NullMarked
package io.perennial.runner.training;

import org.jspecify.annotations.NullMarked;
