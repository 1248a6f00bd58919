package io.perennial.runner.config;

import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The same value as JSON, with the types that YAML 1.2 gives to plain words. */
final class YamlJson {
  private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]{1,18}");
  private static final Pattern REAL =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]{1,9})?");

  private YamlJson() {}

  static JsonNode of(Yaml value, JsonMapper json) {
    if (value instanceof Yaml.Mapping block) {
      ObjectNode object = json.createObjectNode();
      block.entries().forEach((key, entry) -> object.set(key, of(entry.value(), json)));
      return object;
    } else if (value instanceof Yaml.Sequence list) {
      ArrayNode array = json.createArrayNode();
      list.items().forEach(item -> array.add(of(item, json)));
      return array;
    }
    Yaml.Scalar scalar = (Yaml.Scalar) value;
    String text = scalar.text();
    if (scalar.isNull()) {
      return json.getNodeFactory().nullNode();
    } else if (!scalar.plain()) {
      return json.getNodeFactory().stringNode(text);
    } else if (text.equals("true") || text.equals("false")) {
      return json.getNodeFactory().booleanNode(Boolean.parseBoolean(text));
    } else if (WHOLE.matcher(text).matches()) {
      return json.getNodeFactory().numberNode(Long.parseLong(text));
    } else if (REAL.matcher(text).matches()) {
      return json.getNodeFactory().numberNode(Double.parseDouble(text));
    }
    return json.getNodeFactory().stringNode(text);
  }
}
