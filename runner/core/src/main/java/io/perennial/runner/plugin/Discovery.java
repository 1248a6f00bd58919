package io.perennial.runner.plugin;

import io.perennial.api.Plugin;
import io.perennial.api.Registration;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Goes through the plugins of a class loader; what is wrong with one refuses that one alone. */
final class Discovery {
  /** Takes an accepted plugin, or refuses it because of the others. */
  interface Acceptance {
    void accept(LoadedPlugin plugin, List<Registration<?>> registrations) throws RefusedException;
  }

  private static final Pattern PROVIDER =
      Pattern.compile("^(?:Provider )?([\\w.$]+) (?:not|could)");
  private static final String REBUILD = "Only its author can correct this.";

  /** A loader that fails again and again without moving on must not hang the runner. */
  private static final int FAILURES = 1000;

  private final Acceptance acceptance;
  private final Consumer<Refusal> refusals;

  Discovery(Acceptance acceptance, Consumer<Refusal> refusals) {
    this.acceptance = acceptance;
    this.refusals = refusals;
  }

  void scan(ClassLoader loader) {
    Iterator<ServiceLoader.Provider<Plugin>> found =
        ServiceLoader.load(Plugin.class, loader).stream().iterator();
    for (int failures = 0; failures < FAILURES; ) {
      try {
        if (!found.hasNext()) {
          return;
        }
        ServiceLoader.Provider<Plugin> provider = found.next();
        consider(provider.type(), provider);
      } catch (ServiceConfigurationError e) {
        failures++;
        refusals.accept(badEntry(e));
      } catch (LinkageError e) {
        failures++;
        refusals.accept(new Refusal("a plugin's class", Optional.empty(), linkage(e), relink(e)));
      }
    }
  }

  void consider(Class<? extends Plugin> type, Supplier<? extends Plugin> source) {
    Optional<Path> jar = LoadedPlugin.jar(type);
    try {
      Inspection.checkVersion(type);
      LoadedPlugin plugin = LoadedPlugin.of(source.get());
      acceptance.accept(plugin, Inspection.registrations(plugin.module()));
    } catch (RefusedException e) {
      refusals.accept(new Refusal(type.getName(), jar, message(e), e.remedy()));
    } catch (LinkageError e) {
      refusals.accept(new Refusal(type.getName(), jar, linkage(e), relink(e)));
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (Exception | Error e) {
      // Whatever a plugin's constructor or configure throws is about this plugin only.
      Throwable cause =
          e instanceof ServiceConfigurationError && e.getCause() != null ? e.getCause() : e;
      refusals.accept(new Refusal(type.getName(), jar, "it failed: " + cause + ".", REBUILD));
    }
  }

  private static Refusal badEntry(ServiceConfigurationError error) {
    String text =
        message(error).replaceFirst("^" + Pattern.quote(Plugin.class.getName()) + ": ", "");
    Matcher provider = PROVIDER.matcher(text);
    String plugin = provider.find() ? provider.group(1) : "META-INF/services";
    return new Refusal(
        plugin,
        Optional.empty(),
        "the service file is broken: " + text + ".",
        "Correct META-INF/services/" + Plugin.class.getName() + " in its jar, or remove the jar.");
  }

  private static String linkage(LinkageError error) {
    if (error instanceof UnsupportedClassVersionError) {
      return "it was compiled for a newer Java: " + message(error) + ".";
    } else if (error instanceof NoClassDefFoundError) {
      return "a class it needs is missing: " + message(error).replace('/', '.') + ".";
    }
    return "a class of it does not link: " + error + ".";
  }

  private static String relink(LinkageError error) {
    if (error instanceof UnsupportedClassVersionError) {
      return "Run with that Java, or compile it for Java 17.";
    } else if (error instanceof NoClassDefFoundError) {
      return "Put the library with that class beside it.";
    }
    return REBUILD;
  }

  private static String message(Throwable error) {
    return String.valueOf(error.getMessage());
  }
}
