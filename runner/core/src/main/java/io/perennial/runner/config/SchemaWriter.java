package io.perennial.runner.config;

import io.perennial.api.Description;
import io.perennial.runner.plugin.Extension;
import io.perennial.runner.plugin.Kind;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.plugin.SettingDescription;
import io.perennial.runner.plugin.SettingType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the JSON Schema (draft 2020-12) of the whole configuration, with every extension found.
 *
 * <p>A block that names an extension is an {@code if type, then settings} for each one, rather than
 * a choice of alternatives: editors then complete the settings of the type that was written and
 * tell what is wrong with them, instead of saying that nothing fits.
 */
public final class SchemaWriter {
  private static final String SETTINGS = "-settings";

  /** Forms of the values that are written as text and are more than text. */
  private static final Map<Class<?>, String> PATTERNS =
      Map.of(Evaluation.class, "^(" + Evaluation.PATTERN + ")$");

  private final Registry registry;
  private final JsonMapper json = new JsonMapper();

  /** Describes configurations made of these extensions. */
  public SchemaWriter(Registry registry) {
    this.registry = registry;
  }

  /** The schema as JSON text. */
  public String write() {
    return json.writerWithDefaultPrettyPrinter().writeValueAsString(schema()) + "\n";
  }

  private ObjectNode schema() {
    ObjectNode root = json.createObjectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.put("title", "Perennial run");
    root.setAll(block(RunConfiguration.class));
    exclude(root, "seed", "seeds");
    ObjectNode definitions = root.putObject("$defs");
    for (Kind kind : Kind.values()) {
      definitions.set(kind.label(), slot(kind));
      for (Extension<?> extension : registry.extensions(kind)) {
        definitions.set(key(extension), settings(extension));
      }
    }
    return root;
  }

  /** What may stand where an extension of a kind is named. */
  private ObjectNode slot(Kind kind) {
    ObjectNode slot = json.createObjectNode();
    slot.putArray("type").add("object").add("string");
    ArrayNode names = json.createArrayNode();
    registry.extensions(kind).forEach(extension -> names.add(extension.name()));
    ArrayNode cases = slot.putArray("allOf");
    ObjectNode asBlock = cases.addObject();
    asBlock.putObject("if").put("type", "object");
    ObjectNode block = asBlock.putObject("then");
    block.putArray("required").add("type");
    block.putObject("properties").putObject("type").set("enum", names);
    ObjectNode shortened = asBlock.putObject("else");
    ArrayNode complete = shortened.putArray("enum");
    for (Extension<?> extension : registry.extensions(kind)) {
      if (extension.settings().stream().noneMatch(SettingDescription::required)) {
        complete.add(extension.name());
      }
      ObjectNode one = cases.addObject();
      ObjectNode condition = one.putObject("if");
      condition.put("type", "object");
      condition.putArray("required").add("type");
      condition.putObject("properties").putObject("type").put("const", extension.name());
      one.putObject("then").put("$ref", "#/$defs/" + key(extension));
    }
    return slot;
  }

  private static String key(Extension<?> extension) {
    return extension.kind() + "-" + extension.name() + SETTINGS;
  }

  private ObjectNode settings(Extension<?> extension) {
    ObjectNode node = json.createObjectNode();
    extension.description().ifPresent(about -> node.put("description", text(about)));
    node.setAll(block(extension.registration().settings()));
    ObjectNode type = json.createObjectNode();
    type.put("const", extension.name());
    extension.description().ifPresent(about -> type.put("description", text(about)));
    if (node.get("properties") instanceof ObjectNode properties) {
      properties.set("type", type);
    }
    return node;
  }

  private ObjectNode block(Class<? extends Record> settings) {
    ObjectNode node = json.createObjectNode();
    node.put("type", "object");
    ObjectNode properties = node.putObject("properties");
    List<String> required = new ArrayList<>();
    for (SettingDescription setting : SettingDescription.of(settings)) {
      ObjectNode property = value(setting, setting.type());
      property.put("description", text(setting.description()));
      setting.byDefault().ifPresent(text -> property.set("default", parsed(text)));
      properties.set(setting.name(), property);
      if (setting.required()) {
        required.add(setting.name());
      }
    }
    if (!required.isEmpty()) {
      required.forEach(node.putArray("required")::add);
    }
    node.put("additionalProperties", false);
    if (settings == TrainingSettings.class) {
      exclude(node, "epochs", "iterations");
    }
    return node;
  }

  private static void exclude(ObjectNode node, String one, String other) {
    node.putObject("not").putArray("required").add(one).add(other);
  }

  private ObjectNode value(SettingDescription setting, SettingType type) {
    ObjectNode node = json.createObjectNode();
    if (type instanceof SettingType.Whole) {
      range(node.put("type", "integer"), setting.description());
    } else if (type instanceof SettingType.Real) {
      range(node.put("type", "number"), setting.description());
    } else if (type instanceof SettingType.Flag) {
      node.put("type", "boolean");
    } else if (type instanceof SettingType.Choice choice) {
      choice.values().forEach(node.putArray("enum")::add);
    } else if (type instanceof SettingType.Block block) {
      return block(block.settings());
    } else if (type instanceof SettingType.Slot slot) {
      node.put("$ref", "#/$defs/" + Kind.label(slot.kind()));
    } else if (type instanceof SettingType.Several several) {
      node.put("type", "array").set("items", value(setting, several.element()));
    } else if (type instanceof SettingType.Phrase phrase) {
      node.put("type", "string");
      String pattern = PATTERNS.get(phrase.type());
      if (pattern != null) {
        node.put("pattern", pattern);
      }
    } else if (type instanceof SettingType.Location) {
      node.put("type", "string");
    } else {
      // A name such as 2024 or true is text to us, whatever it is to a YAML editor.
      node.putArray("type").add("string").add("number").add("boolean");
    }
    return node;
  }

  private static void range(ObjectNode node, Description description) {
    if (description.min() != Double.NEGATIVE_INFINITY) {
      node.put(description.aboveMin() ? "exclusiveMinimum" : "minimum", description.min());
    }
    if (description.max() != Double.POSITIVE_INFINITY) {
      node.put(description.belowMax() ? "exclusiveMaximum" : "maximum", description.max());
    }
  }

  private static String text(Description description) {
    String meaning = SettingDescription.sentence(description.value());
    return description.paper().isEmpty() ? meaning : meaning + " (" + description.paper() + ")";
  }

  private JsonNode parsed(String yaml) {
    return YamlJson.of(new YamlReader(new Problems()).inline(yaml, "default"), json);
  }
}
