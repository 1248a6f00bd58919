package io.perennial.runner.plugin;

import io.perennial.api.Plugin;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Goes through the plugins of a class path; what is wrong with one refuses that one alone. */
final class Discovery {
  /** Takes all candidates, or refuses all of them because of what is there already. */
  interface Acceptance {
    void accept(List<Candidate> candidates) throws RefusedException;
  }

  private static final Pattern PROVIDER =
      Pattern.compile("^(?:Provider )?([\\w.$]+) (?:not|could)");

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
        RefusedException why = Inspection.unlinked(e);
        refusals.accept(new Refusal("a plugin's class", Optional.empty(), text(why), why.remedy()));
      }
    }
  }

  void consider(Class<? extends Plugin> type, Supplier<? extends Plugin> source) {
    try {
      acceptance.accept(List.of(Inspection.candidate(type, source)));
    } catch (RefusedException e) {
      refusals.accept(
          new Refusal(
              type.getName(),
              LoadedPlugin.jar(type),
              LoadedPlugin.version(type),
              Inspection.apiVersion(type),
              text(e),
              e.remedy()));
    }
  }

  private static Refusal badEntry(ServiceConfigurationError error) {
    String text = text(error).replaceFirst("^" + Pattern.quote(Plugin.class.getName()) + ": ", "");
    Matcher provider = PROVIDER.matcher(text);
    String plugin = provider.find() ? provider.group(1) : "META-INF/services";
    return new Refusal(
        plugin,
        Optional.empty(),
        "the service file is broken: " + text + ".",
        "Correct " + Jar.SERVICE + " in its jar, or remove the jar.");
  }

  private static String text(Throwable error) {
    return String.valueOf(error.getMessage());
  }
}
