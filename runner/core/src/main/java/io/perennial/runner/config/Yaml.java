package io.perennial.runner.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value as it was written, with its place. Immutable. */
sealed interface Yaml {
  /** Where it begins. */
  Position position();

  /** What it is, for messages. */
  String shown();

  /**
   * A single value.
   *
   * @param plain whether it stands without quotes
   */
  record Scalar(Position position, String text, boolean plain) implements Yaml {
    private static final int SHOWN = 40;

    /** Whether nothing is there, or YAML's word for nothing. */
    boolean isNull() {
      return plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
    }

    @Override
    public String shown() {
      int characters = text.codePointCount(0, text.length());
      return characters > SHOWN
          ? "'" + text.substring(0, text.offsetByCodePoints(0, SHOWN)) + "…'"
          : "'" + text + "'";
    }
  }

  /** A list. */
  record Sequence(Position position, List<Yaml> items) implements Yaml {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String shown() {
      return "a list";
    }
  }

  /** A block of keys and values. */
  record Mapping(Position position, Map<String, Entry> entries) implements Yaml {
    public Mapping {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    @Override
    public String shown() {
      return "a block";
    }
  }

  /** A value and the place of its key. */
  record Entry(Position key, Yaml value) {}
}
