package io.perennial.runner.report;

import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** JSON that can stand in a script element of an HTML page. */
final class EmbeddedJson {
  private EmbeddedJson() {}

  /**
   * Writes it without any character that means something in HTML or ends a line in JavaScript.
   * These only occur within strings, where an escape stands for the same.
   */
  static String of(Map<String, Object> data) {
    String json = new JsonMapper().writeValueAsString(data);
    StringBuilder safe = new StringBuilder(json.length() + 64);
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029') {
        safe.append("\\u%04x".formatted((int) c));
      } else {
        safe.append(c);
      }
    }
    return safe.toString();
  }
}
