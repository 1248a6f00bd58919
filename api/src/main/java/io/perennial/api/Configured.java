package io.perennial.api;

/**
 * A block of the configuration whose {@code type} names an extension: what to make, not yet made.
 * It may stand inside another extension's settings, such as the data set of a scenario or the
 * strategies inside an expert; {@link Extensions} makes it.
 *
 * @param kind the extension point
 * @param type the registered name
 * @param settings the bound settings, an instance of the registered record
 */
public record Configured<T>(Class<T> kind, String type, Record settings) {}
