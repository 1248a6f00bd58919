/**
 * The extension points of Perennial and the few values that travel through them.
 *
 * <p>A strategy implements one or more <em>roles</em> ({@link io.perennial.api.Regularizer}, {@link
 * io.perennial.api.Rehearsal}, {@link io.perennial.api.Expansion}, …); the roles, not a position in
 * a list, decide when it is called. A {@link io.perennial.api.Plugin} registers it under a name,
 * with a record for its settings. Arrays are ND4J arrays; a flat vector of parameters has the shape
 * {@code [P]}, a batch of examples {@code [N, …]}, logits {@code [N, C]} with one column for each
 * class seen so far.
 *
 * <p>Unless a method says otherwise, arrays handed to an extension belong to the caller, are valid
 * during the call only and must not be modified.
 */
@NullMarked
package io.perennial.api;

import org.jspecify.annotations.NullMarked;
