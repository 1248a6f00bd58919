package io.perennial.runner.training;

/** The loss is no longer a finite number; says where and why that usually happens. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DivergedException(String message) {
    super(message);
  }
}
