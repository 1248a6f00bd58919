package io.perennial.api;

/** Makes the extensions that stand inside another one's settings; injected where needed. */
public interface Extensions {
  /**
   * Makes a new instance, with an injector of its own.
   *
   * @param block the configured extension
   * @param label distinguishes the blocks made by one extension: the instance's random numbers
   *     depend on it
   */
  <T> T create(Configured<T> block, String label);
}
