package io.perennial.runner.plugin;

import io.perennial.api.InputException;
import io.perennial.api.Plugin;
import io.perennial.api.Registration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Every plugin found and what it offers, or why it is refused. A bad plugin never keeps a good one
 * from loading. Immutable.
 *
 * <p>No injector is made and no class of an extension is initialised: listing costs little and
 * loads no native library.
 */
public final class Registry {
  private final List<LoadedPlugin> plugins = new ArrayList<>();
  private final List<DropIns.DropIn> dropIns = new ArrayList<>();
  private final List<Refusal> refused = new ArrayList<>();
  private final Map<Kind, Map<String, Extension<?>>> extensions = new EnumMap<>(Kind.class);

  private Registry() {}

  /** The plugins that the class loader's service files name, in the order of its class path. */
  public static Registry load(ClassLoader loader) {
    Registry registry = new Registry();
    new Discovery(registry::accept, registry.refused::add).scan(loader);
    return registry;
  }

  /**
   * The plugins of the class loader, and then those of some directories. Before the first class of
   * one of those is touched, ND4J is told to load itself from the runner's class path.
   *
   * @throws InputException if a directory or the lock file cannot be read
   */
  public static Registry load(ClassLoader loader, DropIns dropIns) {
    Registry registry = load(loader);
    registry.dropIns.addAll(
        new DropInDiscovery(loader, registry::accept, registry.refused::add).scan(dropIns));
    return registry;
  }

  /** Plugins that are at hand already: for embedders and tests. */
  public static Registry of(Plugin... plugins) {
    Registry registry = new Registry();
    Discovery discovery = new Discovery(registry::accept, registry.refused::add);
    for (Plugin plugin : plugins) {
      discovery.consider(plugin.getClass(), () -> plugin);
    }
    return registry;
  }

  /** The accepted plugins, in the order they were found. */
  public List<LoadedPlugin> plugins() {
    return Collections.unmodifiableList(plugins);
  }

  /** Where the accepted drop-ins lie. */
  List<DropIns.DropIn> dropIns() {
    return Collections.unmodifiableList(dropIns);
  }

  /**
   * What tells an accepted plugin from another build of it: its version, and if it was dropped in,
   * the SHA-256 of its jars.
   *
   * @throws InputException if one of them cannot be read any more
   */
  public String identity(LoadedPlugin plugin) {
    for (DropIns.DropIn dropIn : dropIns) {
      if (plugin.jar().filter(dropIn.jars()::contains).isPresent()) {
        return plugin.version() + " " + String.join(" ", LockFile.sums(dropIn).values());
      }
    }
    return plugin.version();
  }

  /** The refused ones, in the order they were found. */
  public List<Refusal> refused() {
    return Collections.unmodifiableList(refused);
  }

  /** All extensions, by kind and then by name. */
  public List<Extension<?>> extensions() {
    return extensions.values().stream().<Extension<?>>flatMap(m -> m.values().stream()).toList();
  }

  /** The extensions of a kind, by name. */
  public Collection<Extension<?>> extensions(Kind kind) {
    return Collections.unmodifiableCollection(extensions.getOrDefault(kind, Map.of()).values());
  }

  /** The extensions of all kinds that have a name. */
  public List<Extension<?>> named(String name) {
    return extensions().stream().filter(extension -> extension.name().equals(name)).toList();
  }

  /** The names of a kind, in alphabetical order. */
  public List<String> names(Class<?> kind) {
    return Kind.of(kind)
        .map(known -> List.copyOf(extensions.getOrDefault(known, Map.of()).keySet()))
        .orElse(List.of());
  }

  /** Looks an extension up. */
  @SuppressWarnings("unchecked") // entries stand under the kind they were registered for
  public <T> Optional<Extension<T>> find(Class<T> kind, String name) {
    return Kind.of(kind)
        .map(known -> (Extension<T>) extensions.getOrDefault(known, Map.of()).get(name));
  }

  /**
   * Looks an extension up that must exist.
   *
   * @throws InputException if there is none; with what may have been meant and all there are
   */
  public <T> Extension<T> get(Class<T> kind, String name) {
    return find(kind, name).orElseThrow(() -> new InputException(unknown(kind, name)));
  }

  /** Says that there is no such extension, what may have been meant and what there is. */
  public String unknown(Class<?> kind, String name) {
    List<String> names = names(kind);
    return "there is no "
        + Kind.label(kind)
        + " '"
        + name
        + "'."
        + Suggestion.sentence(name, names)
        + (names.isEmpty()
            ? " No plugin offers any."
            : " Available: " + String.join(", ", names) + ".")
        + (refused.isEmpty() ? "" : " Some plugins were refused: see 'perennial list'.");
  }

  private void accept(List<Candidate> candidates) throws RefusedException {
    Map<Kind, Map<String, Extension<?>>> own = new EnumMap<>(Kind.class);
    for (Candidate candidate : candidates) {
      for (Registration<?> registration : candidate.registrations()) {
        add(new Extension<>(registration, candidate.plugin()), own);
      }
    }
    candidates.forEach(candidate -> plugins.add(candidate.plugin()));
    own.forEach(
        (kind, names) -> extensions.computeIfAbsent(kind, k -> new TreeMap<>()).putAll(names));
  }

  private void add(Extension<?> extension, Map<Kind, Map<String, Extension<?>>> own)
      throws RefusedException {
    Kind kind = Kind.of(extension.registration().kind()).orElseThrow();
    Extension<?> other = extensions.getOrDefault(kind, Map.of()).get(extension.name());
    if (other != null) {
      throw new RefusedException(
          "it brings a "
              + extension
              + ", which "
              + other.plugin().name()
              + other.plugin().jar().map(jar -> " (" + jar + ")").orElse("")
              + " already brings.",
          "Remove one of the two jars.");
    }
    if (own.computeIfAbsent(kind, k -> new TreeMap<>()).put(extension.name(), extension) != null) {
      throw new RefusedException(
          "it registers the " + extension + " twice.", "Only its author can correct this.");
    }
  }
}
