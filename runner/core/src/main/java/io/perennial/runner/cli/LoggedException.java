package io.perennial.runner.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A run failed; the details are in its log. */
final class LoggedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Path log;

  LoggedException(RuntimeException cause, Path log) {
    super(cause);
    this.log = log;
  }

  /** What happened, without the exception's name where the message is for people. */
  String message() {
    Throwable cause = getCause();
    return cause == null ? toString() : String.valueOf(cause.getMessage());
  }

  Optional<Path> log() {
    return Files.exists(log) ? Optional.of(log) : Optional.empty();
  }
}
