package io.perennial.runner;

import io.perennial.runner.result.Results;

/** A run ended with an error; what was measured until then is kept. */
public final class RunFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Results results;

  RunFailedException(String message, Results results, Throwable cause) {
    super(message, cause);
    this.results = results;
  }

  /** What was measured until the failure, the failed run included. */
  public Results results() {
    return results;
  }
}
