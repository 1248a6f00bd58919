package io.perennial.runner.cli;

import io.perennial.runner.RunStoppedException;

/** A signal stopped the run, which is saved. */
final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;
  private final String command;

  /**
   * @param command with which the run goes on
   */
  StoppedException(RunStoppedException cause, int exitCode, String command) {
    super(cause.getMessage(), cause);
    this.exitCode = exitCode;
    this.command = command;
  }

  int exitCode() {
    return exitCode;
  }

  String command() {
    return command;
  }
}
