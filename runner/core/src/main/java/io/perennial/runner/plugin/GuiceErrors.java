package io.perennial.runner.plugin;

import com.google.inject.spi.Message;
import java.util.regex.Pattern;

/** Makes one sentence of a Guice message. */
final class GuiceErrors {
  private static final Pattern ID = Pattern.compile("^\\[Guice/\\w+]: ");

  private GuiceErrors() {}

  static String text(Message message) {
    String text = ID.matcher(message.getMessage()).replaceFirst("");
    String line = text.lines().findFirst().orElse("").strip();
    return line.endsWith(".") || line.endsWith("?") ? line : line + ".";
  }
}
