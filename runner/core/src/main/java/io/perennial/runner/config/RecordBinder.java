package io.perennial.runner.config;

import io.perennial.api.Configured;
import io.perennial.runner.config.Yaml.Entry;
import io.perennial.runner.plugin.Extension;
import io.perennial.runner.plugin.Registry;
import io.perennial.runner.plugin.SettingDescription;
import io.perennial.runner.plugin.SettingType;
import io.perennial.runner.plugin.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Binds written values to records. Every problem goes to the collection, and binding goes on, so
 * that one reading finds them all; an empty answer means that there was at least one.
 */
final class RecordBinder {
  private static final String TYPE = "type";

  private final Registry registry;
  private final Problems problems;
  private final ScalarBinder scalars;

  RecordBinder(Registry registry, Problems problems, ScalarBinder scalars) {
    this.registry = registry;
    this.problems = problems;
    this.scalars = scalars;
  }

  /**
   * Binds a block to a record.
   *
   * @param path of the block within the configuration; empty for the whole
   * @param subject what has these settings, for messages
   */
  <R extends Record> Optional<R> bind(Class<R> type, Yaml value, String path, String subject) {
    if (value instanceof Yaml.Mapping block) {
      return record(type, block, path, subject, List.of());
    }
    problems.add(value.position(), path, "must be a block of settings, not " + value.shown() + ".");
    return Optional.empty();
  }

  /** Binds a block whose {@code type} names an extension; the name alone stands for it, too. */
  <T> Optional<Configured<T>> slot(Class<T> kind, Yaml value, String path) {
    if (value instanceof Yaml.Scalar name && !name.isNull()) {
      // `dataset: digits` is what people write first; it can mean nothing else.
      return configured(kind, name, new Yaml.Mapping(name.position(), Map.of()), path);
    }
    if (!(value instanceof Yaml.Mapping block)) {
      problems.add(
          value.position(),
          path,
          "must be a block with a 'type', not " + value.shown() + "." + all(kind));
      return Optional.empty();
    }
    Entry type = block.entries().get(TYPE);
    if (type == null) {
      problems.add(block.position(), path, "has no 'type'." + all(kind));
      return Optional.empty();
    }
    if (!(type.value() instanceof Yaml.Scalar name) || name.isNull()) {
      problems.add(type.value().position(), child(path, TYPE), "must be a name." + all(kind));
      return Optional.empty();
    }
    return configured(kind, name, block, path);
  }

  private <T> Optional<Configured<T>> configured(
      Class<T> kind, Yaml.Scalar name, Yaml.Mapping block, String path) {
    Optional<Extension<T>> extension = registry.find(kind, name.text());
    if (extension.isEmpty()) {
      String place = block.entries().containsKey(TYPE) ? child(path, TYPE) : path;
      problems.add(name.position(), place, registry.unknown(kind, name.text()));
      return Optional.empty();
    }
    return record(
            extension.get().registration().settings(),
            block,
            path,
            "the " + extension.get(),
            List.of(TYPE))
        .map(settings -> new Configured<>(kind, name.text(), settings));
  }

  private <R extends Record> Optional<R> record(
      Class<R> type, Yaml.Mapping block, String path, String subject, List<String> alsoKnown) {
    int before = problems.count();
    List<SettingDescription> settings = SettingDescription.of(type);
    reportUnknown(block, settings, path, subject, alsoKnown);
    List<@Nullable Object> values = new ArrayList<>();
    for (SettingDescription setting : settings) {
      values.add(component(setting, block, path));
    }
    return problems.count() > before
        ? Optional.empty()
        : Records.make(
            type, values, message -> problems.add(subjectOf(message, block), path, message));
  }

  /** Where the setting stands that a record's own check names first, or else the block. */
  private static Position subjectOf(String message, Yaml.Mapping block) {
    Entry named = block.entries().get(message.split(" ", 2)[0]);
    return named == null ? block.position() : named.key();
  }

  private void reportUnknown(
      Yaml.Mapping block,
      List<SettingDescription> settings,
      String path,
      String subject,
      List<String> alsoKnown) {
    List<String> names = new ArrayList<>(alsoKnown);
    settings.forEach(setting -> names.add(setting.name()));
    block
        .entries()
        .forEach(
            (key, entry) -> {
              if (!names.contains(key)) {
                List<String> open =
                    names.stream().filter(name -> !block.entries().containsKey(name)).toList();
                problems.add(
                    entry.key(),
                    child(path, key),
                    "is no setting of "
                        + subject
                        + "."
                        + Suggestion.sentence(key, open.isEmpty() ? names : open)
                        + " Accepted: "
                        + String.join(", ", names)
                        + ".");
              }
            });
  }

  private @Nullable Object component(SettingDescription setting, Yaml.Mapping block, String path) {
    String own = child(path, setting.name());
    Entry entry = block.entries().get(setting.name());
    if (entry != null) {
      return value(setting, setting.type(), entry.value(), own);
    }
    Optional<String> byDefault = setting.byDefault();
    if (byDefault.isEmpty()) {
      problems.add(
          block.position(), own, "is missing (" + kindOf(setting) + "). " + setting.meaning());
      return null;
    }
    // A default that does not bind, because its extension is not there, say, is told at the block.
    Problems inDefault = new Problems();
    Yaml written = new YamlReader(inDefault).inline(byDefault.get(), "default");
    Object value =
        new RecordBinder(registry, inDefault, scalars.reporting(inDefault))
            .value(setting, setting.type(), written, own);
    inDefault.moveTo(
        problems, block.position(), "the default " + byDefault.get() + " cannot be used: ");
    return value;
  }

  private @Nullable Object value(
      SettingDescription setting, SettingType type, Yaml value, String path) {
    if (value instanceof Yaml.Scalar scalar && scalar.isNull()) {
      problems.add(
          scalar.position(),
          path,
          "has no value ("
              + kindOf(setting)
              + ")."
              + (setting.required() ? "" : " Leave the line out for the default."));
      return null;
    }
    if (type instanceof SettingType.Slot slot) {
      return slot(slot.kind(), value, path).orElse(null);
    } else if (type instanceof SettingType.Block block) {
      return bind(block.settings(), value, path, "'" + setting.name() + "'").orElse(null);
    } else if (type instanceof SettingType.Several several) {
      return list(setting, several, value, path);
    } else if (value instanceof Yaml.Scalar scalar) {
      return scalars.bind(setting, type, scalar, path);
    }
    problems.add(
        value.position(),
        path,
        "must be " + ScalarBinder.expected(type) + ", not " + value.shown() + ".");
    return null;
  }

  private @Nullable Object list(
      SettingDescription setting, SettingType.Several type, Yaml value, String path) {
    if (!(value instanceof Yaml.Sequence sequence)) {
      problems.add(
          value.position(),
          path,
          "must be a list, such as [" + type.element() + ", …], not " + value.shown() + ".");
      return null;
    }
    List<Object> items = new ArrayList<>();
    for (int i = 0; i < sequence.items().size(); i++) {
      Object item = value(setting, type.element(), sequence.items().get(i), path + "[" + i + "]");
      if (item != null) {
        items.add(item);
      }
    }
    return List.copyOf(items);
  }

  private static String kindOf(SettingDescription setting) {
    return setting.type() + (setting.range().isEmpty() ? "" : " " + setting.range());
  }

  private String all(Class<?> kind) {
    List<String> names = registry.names(kind);
    return names.isEmpty() ? "" : " One of: " + String.join(", ", names) + ".";
  }

  private static String child(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
