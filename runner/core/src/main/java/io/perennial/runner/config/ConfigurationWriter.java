package io.perennial.runner.config;

import io.perennial.api.Configured;
import io.perennial.runner.plugin.SettingDescription;
import io.perennial.runner.plugin.SettingType;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.StreamDataWriter;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.representer.StandardRepresenter;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Writes a configuration with every default filled in; reading the text gives an equal
 * configuration. Relative paths were resolved when they were read, so the text may move.
 */
public final class ConfigurationWriter {
  private static final DumpSettings SETTINGS =
      DumpSettings.builder()
          .setDefaultFlowStyle(FlowStyle.BLOCK)
          // Quotes all words that YAML 1.2 does not read as text.
          .setSchema(new CoreSchema())
          .setSplitLines(false)
          .setDereferenceAliases(true)
          .build();

  /** The whole configuration as YAML. */
  public String write(RunConfiguration configuration) {
    Map<String, Object> root = map(configuration);
    // Of two settings that exclude each other only the one that counts can be read again.
    root.remove(configuration.seeds().isEmpty() ? "seeds" : "seed");
    root.remove(configuration.orders() > 0 ? "order" : "orders");
    if (root.get("training") instanceof Map<?, ?> training) {
      training.remove(configuration.training().byIterations() ? "epochs" : "iterations");
    }
    return dump(root);
  }

  /** Every setting as text, by its path. */
  public Map<String, String> flat(RunConfiguration configuration) {
    return FlatSettings.of(map(configuration));
  }

  /** One block as YAML, its {@code type} first. */
  public String write(Configured<?> block) {
    return dump(map(block));
  }

  private static String dump(Map<String, Object> value) {
    Node node = new Quoting().represent(value);
    compact(node);
    Text text = new Text();
    new Dump(SETTINGS).dumpNode(node, text);
    return text.written.toString();
  }

  private static Map<String, Object> map(Record settings) {
    Map<String, Object> entries = new LinkedHashMap<>();
    for (SettingDescription setting : SettingDescription.of(settings.getClass())) {
      entries.put(
          setting.name(), plain(setting.type(), Records.read(settings, setting.component())));
    }
    return entries;
  }

  private static Map<String, Object> map(Configured<?> block) {
    Map<String, Object> entries = new LinkedHashMap<>();
    entries.put("type", block.type());
    entries.putAll(map(block.settings()));
    return entries;
  }

  private static Object plain(SettingType type, Object value) {
    if (type instanceof SettingType.Several several) {
      return ((List<?>) value).stream().map(item -> plain(several.element(), item)).toList();
    } else if (value instanceof Configured<?> block) {
      return map(block);
    } else if (value instanceof Enum<?> constant) {
      return SettingType.Choice.kebab(constant);
    } else if (type instanceof SettingType.Phrase || value instanceof Path) {
      return value.toString();
    } else if (value instanceof Record settings) {
      return map(settings);
    }
    return value;
  }

  /** Lists of single values stand in one line, as people write them. */
  private static void compact(Node node) {
    if (node instanceof MappingNode mapping) {
      mapping.getValue().forEach(tuple -> compact(tuple.getValueNode()));
    } else if (node instanceof SequenceNode sequence) {
      sequence.getValue().forEach(ConfigurationWriter::compact);
      if (sequence.getValue().stream().allMatch(ScalarNode.class::isInstance)) {
        sequence.setFlowStyle(FlowStyle.FLOW);
      }
    }
  }

  /**
   * Text of several lines in double quotes: a literal block loses line separators that YAML 1.2
   * reads as ordinary characters.
   */
  private static final class Quoting extends StandardRepresenter {
    Quoting() {
      super(SETTINGS);
    }

    @Override
    protected Node representScalar(Tag tag, String value, ScalarStyle style) {
      return super.representScalar(
          tag, value, style == ScalarStyle.LITERAL ? ScalarStyle.DOUBLE_QUOTED : style);
    }
  }

  private static final class Text implements StreamDataWriter {
    private final StringBuilder written = new StringBuilder();

    @Override
    public void write(String text) {
      written.append(text);
    }

    @Override
    public void write(String text, int offset, int length) {
      written.append(text, offset, offset + length);
    }
  }
}
