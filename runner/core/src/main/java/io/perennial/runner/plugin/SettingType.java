package io.perennial.runner.plugin;

import io.perennial.api.Configured;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a setting may hold; {@code toString} is its name for people. */
public sealed interface SettingType {

  /** An {@code int}, or a {@code long} if wide. */
  record Whole(boolean wide) implements SettingType {
    @Override
    public String toString() {
      return "whole number";
    }
  }

  /** A finite {@code double}. */
  record Real() implements SettingType {
    @Override
    public String toString() {
      return "number";
    }
  }

  /** A {@code boolean}. */
  record Flag() implements SettingType {
    @Override
    public String toString() {
      return "true or false";
    }
  }

  /** A {@code String}. */
  record Text() implements SettingType {
    @Override
    public String toString() {
      return "text";
    }
  }

  /** A {@link Path}. */
  record Location() implements SettingType {
    @Override
    public String toString() {
      return "path";
    }
  }

  /** An enum, written in kebab-case. */
  record Choice(Class<? extends Enum<?>> type) implements SettingType {
    /** What may be written, in order. */
    public List<String> values() {
      return Arrays.stream(type.getEnumConstants()).map(Choice::kebab).toList();
    }

    /** The constant that was written; empty if there is none. */
    public Optional<Enum<?>> constant(String written) {
      for (Enum<?> constant : type.getEnumConstants()) {
        if (kebab(constant).equals(written)) {
          return Optional.of(constant);
        }
      }
      return Optional.empty();
    }

    /** How a constant is written. */
    public static String kebab(Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String toString() {
      return String.join(" | ", values());
    }
  }

  /** A record with a static {@code parse(String)}: written as text, in the form it prints. */
  record Phrase(Class<? extends Record> type) implements SettingType {
    @Override
    public String toString() {
      return "text";
    }
  }

  /** A block with the settings of a record. */
  record Block(Class<? extends Record> settings) implements SettingType {
    @Override
    public String toString() {
      return "block";
    }
  }

  /** A block whose {@code type} names an extension: a {@link Configured}. */
  record Slot(Class<?> kind) implements SettingType {
    @Override
    public String toString() {
      return Kind.label(kind);
    }
  }

  /** A {@link List}. */
  record Several(SettingType element) implements SettingType {
    @Override
    public String toString() {
      return "list of " + element;
    }
  }

  /**
   * The type of a record's component.
   *
   * @throws IllegalArgumentException if settings cannot hold it
   */
  static SettingType of(Type type) {
    if (type == int.class || type == long.class) {
      return new Whole(type == long.class);
    } else if (type == double.class) {
      return new Real();
    } else if (type == boolean.class) {
      return new Flag();
    } else if (type == String.class) {
      return new Text();
    } else if (type == Path.class) {
      return new Location();
    } else if (type instanceof Class<?> plain && plain.isEnum()) {
      return new Choice(enumeration(plain));
    } else if (type instanceof Class<?> plain && plain.isRecord() && plain != Configured.class) {
      Class<? extends Record> settings = plain.asSubclass(Record.class);
      return isPhrase(settings) ? new Phrase(settings) : new Block(settings);
    } else if (type instanceof ParameterizedType generic) {
      Type argument = generic.getActualTypeArguments()[0];
      if (generic.getRawType() == List.class) {
        return new Several(element(argument));
      } else if (generic.getRawType() == Configured.class
          && argument instanceof Class<?> kind
          && Kind.of(kind).isPresent()) {
        return new Slot(kind);
      }
    }
    throw new IllegalArgumentException(
        "has the type "
            + type.getTypeName()
            + ", which settings cannot hold; int, long, double, boolean, String, Path, an enum,"
            + " another settings record, Configured of an extension point, or a List of these");
  }

  private static SettingType element(Type argument) {
    if (argument == Integer.class) {
      return new Whole(false);
    } else if (argument == Long.class) {
      return new Whole(true);
    } else if (argument == Double.class) {
      return new Real();
    } else if (argument == Boolean.class) {
      return new Flag();
    }
    return of(argument);
  }

  @SuppressWarnings("unchecked") // isEnum was checked
  private static Class<? extends Enum<?>> enumeration(Class<?> type) {
    return (Class<? extends Enum<?>>) type;
  }

  private static boolean isPhrase(Class<? extends Record> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .anyMatch(
            method ->
                method.getName().equals("parse")
                    && Modifier.isStatic(method.getModifiers())
                    && Arrays.equals(method.getParameterTypes(), new Class<?>[] {String.class})
                    && method.getReturnType() == type);
  }
}
