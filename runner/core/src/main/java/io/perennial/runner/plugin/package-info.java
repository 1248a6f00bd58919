/**
 * Finds plugins, says what they offer or why they are refused, and makes their extensions.
 *
 * <p>{@link io.perennial.runner.plugin.Registry} lists what was found without making anything;
 * {@link io.perennial.runner.plugin.Wiring} makes the extensions of one run, each in an injector of
 * its own.
 */
@NullMarked
package io.perennial.runner.plugin;

import org.jspecify.annotations.NullMarked;
