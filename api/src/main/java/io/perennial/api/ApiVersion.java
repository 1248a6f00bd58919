package io.perennial.api;

/** The version of the extension API. */
public final class ApiVersion {
  /** Changes whenever a plugin compiled before no longer links. */
  public static final int CURRENT = 1;

  private ApiVersion() {}
}
