package io.perennial.runner.plugin;

/** Why a plugin cannot be used, on its way to the {@link Refusal}. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String remedy;

  RefusedException(String reason, String remedy) {
    super(reason);
    this.remedy = remedy;
  }

  RefusedException(String reason, String remedy, Throwable cause) {
    super(reason, cause);
    this.remedy = remedy;
  }

  String remedy() {
    return remedy;
  }
}
