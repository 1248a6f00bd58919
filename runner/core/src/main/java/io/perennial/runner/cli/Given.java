package io.perennial.runner.cli;

import org.jspecify.annotations.Nullable;

/** Values that picocli has put into a command's fields before it runs. */
final class Given {
  private Given() {}

  static <T> T value(@Nullable T field) {
    if (field == null) {
      throw new IllegalStateException("The command was not started by the command line");
    }
    return field;
  }
}
