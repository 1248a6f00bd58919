package io.perennial.runner.plugin;

import com.google.inject.ConfigurationException;
import com.google.inject.TypeLiteral;
import com.google.inject.spi.Element;
import com.google.inject.spi.Elements;
import com.google.inject.spi.InjectionPoint;
import com.google.inject.spi.InstanceBinding;
import com.google.inject.spi.Message;
import io.perennial.api.Plugin;
import io.perennial.api.Registration;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.function.Supplier;

/** Reads what a plugin registers, without an injector and without initialising its classes. */
final class Inspection {
  private static final TypeLiteral<Registration<?>> REGISTRATION = new TypeLiteral<>() {};

  private static final ApiVersion API = ApiVersion.parse(Plugin.API_VERSION).orElseThrow();
  private static final String AUTHOR = "Only its author can correct this.";

  private Inspection() {}

  /** What the plugin was compiled against; empty if it does not say. */
  static Optional<String> apiVersion(Class<?> type) {
    return Optional.ofNullable(type.getAnnotation(Plugin.Info.class)).map(Plugin.Info::apiVersion);
  }

  static void checkVersion(Optional<String> compiled) throws RefusedException {
    if (compiled.isEmpty()) {
      throw new RefusedException(
          "it carries no @Plugin.Info, so the API it was compiled against is unknown.",
          "Annotate the class with @Plugin.Info(apiVersion = Plugin.API_VERSION).");
    }
    Optional<ApiVersion> version = compiled.flatMap(ApiVersion::parse);
    if (version.isEmpty() || !API.accepts(version.get())) {
      throw new RefusedException(
          "it was compiled against version "
              + compiled.get()
              + " of the API, and this is version "
              + API
              + ".",
          "Use a release of the plugin for this version, or compile it again.");
    }
  }

  /**
   * Makes the plugin and asks it what it registers.
   *
   * @throws RefusedException for whatever it throws: that is about this plugin only
   */
  static Candidate candidate(Class<? extends Plugin> type, Supplier<? extends Plugin> source)
      throws RefusedException {
    Optional<String> version = apiVersion(type);
    checkVersion(version);
    try {
      return ContextLoader.with(
          type.getClassLoader(),
          () -> {
            LoadedPlugin plugin = LoadedPlugin.of(source.get(), version.orElseThrow());
            return new Candidate(plugin, registrations(plugin.module()));
          });
    } catch (LinkageError e) {
      throw unlinked(e);
    } catch (RefusedException | OutOfMemoryError e) {
      throw e;
    } catch (Exception | Error e) {
      Throwable cause =
          e instanceof ServiceConfigurationError && e.getCause() != null ? e.getCause() : e;
      throw new RefusedException("it failed: " + cause + ".", AUTHOR, cause);
    }
  }

  /** What to say of a class that does not link. */
  static RefusedException unlinked(LinkageError error) {
    String message = String.valueOf(error.getMessage());
    if (error instanceof UnsupportedClassVersionError) {
      return new RefusedException(
          "it was compiled for a newer Java: " + message + ".",
          "Run with that Java, or compile it for Java 17.",
          error);
    } else if (error instanceof NoClassDefFoundError) {
      return new RefusedException(
          "a class it needs is missing: " + message.replace('/', '.') + ".",
          "Put the library with that class beside it.",
          error);
    }
    return new RefusedException("a class of it does not link: " + error + ".", AUTHOR, error);
  }

  static List<Registration<?>> registrations(Plugin plugin) throws RefusedException {
    List<Registration<?>> found = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    for (Element element : Elements.getElements(plugin)) {
      if (element instanceof Message message) {
        errors.add(GuiceErrors.text(message));
      } else if (element instanceof InstanceBinding<?> binding
          && binding.getKey().getTypeLiteral().equals(REGISTRATION)) {
        found.add((Registration<?>) binding.getInstance());
      }
    }
    for (Registration<?> registration : found) {
      check(registration, errors);
    }
    if (!errors.isEmpty()) {
      throw new RefusedException(
          "its configure method does not work out: " + String.join(" ", errors), AUTHOR);
    }
    return found;
  }

  private static void check(Registration<?> registration, List<String> errors) {
    String subject = "'" + registration.name() + "': ";
    if (Kind.of(registration.kind()).isEmpty()) {
      errors.add(subject + registration.kind().getName() + " is no extension point.");
      return;
    }
    try {
      SettingDescription.of(registration.settings());
    } catch (IllegalArgumentException e) {
      errors.add(subject + e.getMessage() + ".");
    }
    Class<?> implementation = registration.implementation();
    // Links the class: what is missing or made for a newer Java shows now, not in hour three.
    var unused = implementation.getDeclaredMethods();
    if (Modifier.isAbstract(implementation.getModifiers())) {
      errors.add(subject + implementation.getName() + " is abstract.");
      return;
    }
    for (Method method : implementation.getMethods()) {
      // Compiled against an older interface: the JVM would find out when the method is called.
      if (Modifier.isAbstract(method.getModifiers())) {
        errors.add(subject + implementation.getName() + " lacks the method " + method + ".");
      }
    }
    try {
      InjectionPoint.forConstructorOf(TypeLiteral.get(implementation), true);
    } catch (ConfigurationException e) {
      e.getErrorMessages().forEach(message -> errors.add(subject + GuiceErrors.text(message)));
    }
  }
}
