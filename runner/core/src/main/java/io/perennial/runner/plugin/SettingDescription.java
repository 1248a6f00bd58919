package io.perennial.runner.plugin;

import io.perennial.api.Description;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One setting, as its record's component and {@link Description} tell it. Binding, {@code perennial
 * describe} and the schema all read this.
 *
 * @param component of the settings record
 * @param type what it may hold
 * @param description its meaning, default and range
 */
public record SettingDescription(
    RecordComponent component, SettingType type, Description description) {

  /**
   * The settings of a record, in its order.
   *
   * @throws IllegalArgumentException if a component has no {@link Description} or a type that
   *     settings cannot hold; all such components are named
   */
  public static List<SettingDescription> of(Class<? extends Record> settings) {
    List<SettingDescription> all = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (RecordComponent component : settings.getRecordComponents()) {
      Description description = component.getAnnotation(Description.class);
      if (description == null) {
        problems.add("'" + component.getName() + "' has no @Description");
        continue;
      }
      try {
        SettingType type = SettingType.of(component.getGenericType());
        all.add(new SettingDescription(component, type, description));
      } catch (IllegalArgumentException e) {
        problems.add("'" + component.getName() + "' " + e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "The settings record " + settings.getName() + ": " + String.join("; ", problems));
    }
    return all;
  }

  /** The key in the configuration. */
  public String name() {
    return component.getName();
  }

  /** What it means, as a sentence. */
  public String meaning() {
    return sentence(description.value());
  }

  /** A text with a capital letter and a full stop, which some authors write and some do not. */
  public static String sentence(String text) {
    String stripped = text.strip();
    if (stripped.isEmpty()) {
      return stripped;
    }
    int second = stripped.offsetByCodePoints(0, 1);
    // λ stays λ, and the name of something in code, such as R0, stays as it is.
    char first = stripped.charAt(0);
    boolean word =
        first >= 'a'
            && first <= 'z'
            && (stripped.length() == 1 || !Character.isUpperCase(stripped.charAt(1)));
    String start = stripped.substring(0, second);
    String capital = word ? start.toUpperCase(Locale.ROOT) : start;
    boolean ended = stripped.endsWith(".") || stripped.endsWith("!") || stripped.endsWith("?");
    return capital + stripped.substring(second) + (ended ? "" : ".");
  }

  /** Whether it must be given. */
  public boolean required() {
    return description.byDefault().equals(Description.REQUIRED);
  }

  /** The default as YAML; empty when it must be given. */
  public Optional<String> byDefault() {
    return required() ? Optional.empty() : Optional.of(description.byDefault());
  }

  /** Whether a number lies in the range. */
  public boolean accepts(double number) {
    return (description.aboveMin() ? number > description.min() : number >= description.min())
        && (description.belowMax() ? number < description.max() : number <= description.max());
  }

  /** The range in words, such as {@code at least 0 and below 1}; empty if every number is good. */
  public String range() {
    boolean lower = description.min() != Double.NEGATIVE_INFINITY;
    boolean upper = description.max() != Double.POSITIVE_INFINITY;
    if (lower && upper && !description.aboveMin() && !description.belowMax()) {
      return "from " + plain(description.min()) + " to " + plain(description.max());
    }
    List<String> bounds = new ArrayList<>();
    if (lower) {
      bounds.add((description.aboveMin() ? "above " : "at least ") + plain(description.min()));
    }
    if (upper) {
      bounds.add((description.belowMax() ? "below " : "at most ") + plain(description.max()));
    }
    return String.join(" and ", bounds);
  }

  private static String plain(double bound) {
    return BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString();
  }
}
