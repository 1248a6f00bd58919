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
import java.util.ArrayList;
import java.util.List;

/** Reads what a plugin registers, without an injector and without initialising its classes. */
final class Inspection {
  private static final TypeLiteral<Registration<?>> REGISTRATION = new TypeLiteral<>() {};

  private Inspection() {}

  static void checkVersion(Class<? extends Plugin> type) throws RefusedException {
    Plugin.Info info = type.getAnnotation(Plugin.Info.class);
    if (info == null) {
      throw new RefusedException(
          "it carries no @Plugin.Info, so the API it was compiled against is unknown.",
          "Annotate the class with @Plugin.Info(apiVersion = Plugin.API_VERSION).");
    }
    if (!info.apiVersion().equals(Plugin.API_VERSION)) {
      throw new RefusedException(
          "it was compiled against version "
              + info.apiVersion()
              + " of the API, and this is version "
              + Plugin.API_VERSION
              + ".",
          "Use a release of the plugin for this version, or compile it again.");
    }
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
          "its configure method does not work out: " + String.join(" ", errors),
          "Only its author can correct this.");
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
    try {
      InjectionPoint.forConstructorOf(TypeLiteral.get(implementation), true);
    } catch (ConfigurationException e) {
      e.getErrorMessages().forEach(message -> errors.add(subject + GuiceErrors.text(message)));
    }
  }
}
