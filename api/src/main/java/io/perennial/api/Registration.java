package io.perennial.api;

import java.util.regex.Pattern;

/**
 * An extension under the name that a configuration's {@code type} gives.
 *
 * @param kind the extension point, such as {@code Strategy.class}
 * @param name kebab-case, unique within the kind
 * @param implementation the class to construct, with one {@code @Inject} constructor
 * @param settings the record its configuration block is bound to; {@link NoSettings} when it has
 *     none
 */
public record Registration<T>(
    Class<T> kind,
    String name,
    Class<? extends T> implementation,
    Class<? extends Record> settings) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  /**
   * Checks the name and the types.
   *
   * @throws IllegalArgumentException if the name is not kebab-case or a type does not fit
   */
  public Registration {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "The name of an extension is kebab-case (letters, digits, single hyphens), not '"
              + name
              + "'");
    }
    if (!kind.isAssignableFrom(implementation)) {
      throw new IllegalArgumentException(
          implementation.getName() + " does not implement " + kind.getName());
    }
    if (!settings.isRecord()) {
      throw new IllegalArgumentException(
          settings.getName() + " must be a record: settings are immutable values");
    }
  }

  /** The settings of an extension that has none. */
  public record NoSettings() {}
}
