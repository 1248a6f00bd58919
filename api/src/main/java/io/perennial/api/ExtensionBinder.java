package io.perennial.api;

import com.google.inject.Binder;
import com.google.inject.Key;
import com.google.inject.TypeLiteral;
import com.google.inject.name.Names;

/**
 * Registers extensions from within a {@link Plugin}'s {@code configure}.
 *
 * <p>Of each block in a configuration the runner makes one instance, in an injector of its own that
 * binds the block's settings record, a {@link RandomSource} seeded for that block, a {@code
 * org.apache.logging.log4j.Logger} named {@code KIND.NAME} ({@code strategy.ewc}), and {@link
 * Extensions} for the blocks inside the settings.
 */
public final class ExtensionBinder {
  private final Binder binder;

  private ExtensionBinder(Binder binder) {
    this.binder = binder;
  }

  /** Wraps the binder that Guice gives to {@code configure}. */
  public static ExtensionBinder of(Binder binder) {
    return new ExtensionBinder(binder.skipSources(ExtensionBinder.class));
  }

  /**
   * Registers an extension with settings. A mistake in the names or types becomes a Guice error of
   * this plugin.
   *
   * @param kind the extension point
   * @param name kebab-case, unique within the kind
   */
  public <T> ExtensionBinder register(
      Class<T> kind,
      String name,
      Class<? extends T> implementation,
      Class<? extends Record> settings) {
    try {
      binder
          .bind(Key.get(new TypeLiteral<Registration<?>>() {}, Names.named(key(kind, name))))
          .toInstance(new Registration<>(kind, name, implementation, settings));
    } catch (IllegalArgumentException e) {
      binder.addError("%s", e.getMessage());
    }
    return this;
  }

  /** Registers an extension without settings. */
  public <T> ExtensionBinder register(
      Class<T> kind, String name, Class<? extends T> implementation) {
    return register(kind, name, implementation, Registration.NoSettings.class);
  }

  private static String key(Class<?> kind, String name) {
    return kind.getSimpleName() + " " + name;
  }
}
