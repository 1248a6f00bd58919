package io.perennial.runner.plugin;

import com.google.inject.Key;
import com.google.inject.spi.Dependency;
import com.google.inject.spi.InjectionPoint;
import com.google.inject.spi.Message;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** Makes one sentence of a Guice message. */
final class GuiceErrors {
  private static final Pattern ID = Pattern.compile("^\\[Guice/\\w+]: ");
  private static final String API = "io.perennial.api.";

  private GuiceErrors() {}

  static String text(Message message) {
    String text = ID.matcher(message.getMessage()).replaceFirst("");
    String line = text.lines().findFirst().orElse("").strip();
    return line.endsWith(".") || line.endsWith("?") ? line : line + ".";
  }

  /** Who asked for it, and by which way one comes there; empty if Guice does not tell. */
  static String path(Message message) {
    Set<String> way = new LinkedHashSet<>();
    String asks = "";
    for (Object source : message.getSources()) {
      if (source instanceof Dependency<?> dependency) {
        InjectionPoint point = dependency.getInjectionPoint();
        if (point != null) {
          String type = point.getDeclaringType().getRawType().getName();
          way.add(type);
          asks =
              " The constructor of %s asks for %s as parameter %d"
                  .formatted(type, name(dependency.getKey()), dependency.getParameterIndex() + 1);
        }
      }
    }
    if (asks.isEmpty()) {
      return "";
    }
    return asks + (way.size() > 1 ? " (by way of " + String.join(" -> ", way) + ")." : ".");
  }

  /** Whether the answer may be something else that can be injected. */
  static boolean isMissing(Message message) {
    String text = message.getMessage();
    return text.contains("explicitly bound") || text.contains("No implementation");
  }

  /** The type, and the annotation if it has one; the API's types without their package. */
  static String name(Key<?> key) {
    String type = key.getTypeLiteral().toString();
    String annotation = key.getAnnotation() == null ? "" : key.getAnnotation() + " ";
    return annotation + (type.startsWith(API) ? type.substring(API.length()) : type);
  }
}
