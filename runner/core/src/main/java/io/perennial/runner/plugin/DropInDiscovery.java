package io.perennial.runner.plugin;

import io.perennial.api.Plugin;
import io.perennial.models.NativeSetup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Goes through the plugins of some directories. Each is verified, read and linked to the end before
 * it is accepted, and accepted as a whole or not at all.
 */
final class DropInDiscovery {
  /** Whose copy in a jar is a mistake that the user would otherwise meet much later. */
  private static final Map<String, String> OURS = ours();

  private static final Pattern CLASS_NAME =
      Pattern.compile("[\\p{javaJavaIdentifierStart}][\\p{javaJavaIdentifierPart}.]*");

  private static final String CORRECT = "Correct " + Jar.SERVICE + ", or remove the jar.";

  private final Exposed exposed;
  private final LinkCheck.Shared shared;
  private final Discovery.Acceptance acceptance;
  private final Consumer<Refusal> refusals;

  DropInDiscovery(ClassLoader runner, Discovery.Acceptance acceptance, Consumer<Refusal> refusals) {
    this.exposed = new Exposed(runner);
    this.shared = new LinkCheck.Shared(exposed);
    this.acceptance = acceptance;
    this.refusals = refusals;
  }

  private static Map<String, String> ours() {
    Map<String, String> ours = new LinkedHashMap<>();
    ours.put("org/nd4j/", "ND4J");
    ours.put("org/bytedeco/", "JavaCPP");
    ours.put("com/google/inject/", "Guice");
    ours.put("io/perennial/api/", "the API");
    ours.put("io/perennial/models/", "the models");
    ours.put("io/perennial/runner/", "the runner");
    return ours;
  }

  /** Returns what was accepted. */
  List<DropIns.DropIn> scan(DropIns dropIns) {
    List<DropIns.DropIn> found = dropIns.find();
    List<DropIns.DropIn> accepted = new ArrayList<>();
    Optional<LockFile> lock = dropIns.lock().map(LockFile::read);
    for (DropIns.DropIn dropIn : found) {
      Loading loading = new Loading(dropIn);
      try {
        acceptance.accept(loading.candidates(lock));
        accepted.add(dropIn);
      } catch (RefusedException e) {
        refusals.accept(loading.refusal(e));
      }
    }
    return accepted;
  }

  /** One drop-in on its way, and how far it came. */
  private final class Loading {
    private final DropIns.DropIn dropIn;
    private final List<Jar> jars = new ArrayList<>();
    private final Map<String, Jar> plugins = new LinkedHashMap<>();
    private Optional<String> apiVersion = Optional.empty();

    Loading(DropIns.DropIn dropIn) {
      this.dropIn = dropIn;
    }

    List<Candidate> candidates(Optional<LockFile> lock) throws RefusedException {
      if (lock.isPresent()) {
        lock.get().check(dropIn);
      }
      for (Path jar : dropIn.jars()) {
        jars.add(Jar.read(jar));
      }
      refuseOurs();
      findPlugins();
      LinkCheck files = new LinkCheck(jars, shared);
      checkVersions(files);
      List<String> own = files.check(plugins.keySet());
      NativeSetup.prepare();
      DropInLoader loader = new DropInLoader(dropIn.name(), jars, exposed);
      link(own, loader);
      return make(loader);
    }

    /** Tells as much as is known of it. */
    Refusal refusal(RefusedException why) {
      Optional<Jar> jar = plugins.values().stream().findFirst();
      return new Refusal(
          plugins.isEmpty() ? dropIn.name() : String.join(", ", plugins.keySet()),
          Optional.of(jar.map(Jar::file).orElse(dropIn.path())),
          jar.flatMap(Jar::version),
          apiVersion,
          String.valueOf(why.getMessage()),
          why.remedy());
    }

    private void refuseOurs() throws RefusedException {
      for (Jar jar : jars) {
        for (Map.Entry<String, String> ours : OURS.entrySet()) {
          if (jar.names().stream().anyMatch(name -> name.startsWith(ours.getKey()))) {
            throw new RefusedException(
                jar.name()
                    + " carries "
                    + ours.getValue()
                    + " itself ("
                    + ours.getKey().replace('/', '.')
                    + "*), of which there must be one only.",
                "Leave it out: the runner supplies it (in Maven: scope 'provided').");
          }
        }
      }
    }

    private void findPlugins() throws RefusedException {
      for (Jar jar : jars) {
        for (String name : jar.plugins().orElse(List.of())) {
          if (!CLASS_NAME.matcher(name).matches()) {
            throw serviceFile(jar, "'" + name + "' is no class name");
          }
          plugins.put(name, jar);
        }
        if (jar.plugins().isPresent() && !jar.hasManifest()) {
          throw new RefusedException(
              jar.name() + " has no manifest; something was taken out of it.",
              "Copy or download it again; its author builds it with 'jar' or Maven.");
        }
      }
      if (plugins.isEmpty()) {
        throw new RefusedException(
            "it names no plugin: there is no class in a " + Jar.SERVICE + ".",
            "A library belongs into a sub-directory, beside the plugin that needs it; a plugin"
                + " carries @AutoService(Plugin.class).");
      }
      for (Map.Entry<String, Jar> plugin : plugins.entrySet()) {
        String path = plugin.getKey().replace('.', '/');
        if (jars.stream().allMatch(jar -> jar.code(path).isEmpty())) {
          throw serviceFile(plugin.getValue(), "there is no class " + plugin.getKey());
        }
      }
    }

    private RefusedException serviceFile(Jar jar, String what) {
      return new RefusedException(
          "the service file in " + jar.name() + " is broken: " + what + ".", CORRECT);
    }

    /** Before all else of a class: in one for another version, anything may be missing. */
    private void checkVersions(LinkCheck files) throws RefusedException {
      for (Map.Entry<String, Jar> plugin : plugins.entrySet()) {
        if (!files.isA(plugin.getKey(), Plugin.class)) {
          throw serviceFile(
              plugin.getValue(), plugin.getKey() + " is no " + Plugin.class.getName());
        }
        apiVersion = files.apiVersion(plugin.getKey());
        Inspection.checkVersion(apiVersion);
      }
    }

    /** Loads and verifies the bytecode of the plugin's own classes now, not when a run needs it. */
    private void link(List<String> names, ClassLoader loader) throws RefusedException {
      try {
        for (String name : names) {
          String path = name.replace('.', '/');
          if (plugins.values().stream().anyMatch(jar -> jar.code(path).isPresent())) {
            var unused = Class.forName(name, false, loader).getDeclaredMethods();
          }
        }
      } catch (LinkageError e) {
        throw Inspection.unlinked(e);
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException(e);
      }
    }

    private List<Candidate> make(ClassLoader loader) throws RefusedException {
      List<Candidate> candidates = new ArrayList<>();
      try {
        var providers = ServiceLoader.load(Plugin.class, loader).stream().iterator();
        while (providers.hasNext()) {
          ServiceLoader.Provider<Plugin> provider = providers.next();
          candidates.add(Inspection.candidate(provider.type(), provider));
        }
      } catch (ServiceConfigurationError e) {
        throw new RefusedException(
            "the service file is broken: " + e.getMessage() + ".", CORRECT, e);
      } catch (LinkageError e) {
        throw Inspection.unlinked(e);
      }
      return candidates;
    }
  }
}
