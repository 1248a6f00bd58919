package io.perennial.runner.plugin;

import io.perennial.api.Description;
import io.perennial.api.Registration;
import java.util.List;
import java.util.Optional;

/**
 * An extension that can be used.
 *
 * @param registration its name, class and settings
 * @param plugin where it comes from
 */
public record Extension<T>(Registration<T> registration, LoadedPlugin plugin) {
  /** The name that a configuration's {@code type} gives. */
  public String name() {
    return registration.name();
  }

  /** The extension point's name. */
  public String kind() {
    return Kind.label(registration.kind());
  }

  /** Its settings, in the order of their record. */
  public List<SettingDescription> settings() {
    return SettingDescription.of(registration.settings());
  }

  /** What the class says about itself. */
  public Optional<Description> description() {
    return Optional.ofNullable(registration.implementation().getAnnotation(Description.class));
  }

  @Override
  public String toString() {
    return kind() + " '" + name() + "'";
  }
}
