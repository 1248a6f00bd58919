package io.perennial.runner.plugin;

import com.google.inject.Binder;
import com.google.inject.ConfigurationException;
import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.ProvisionException;
import com.google.inject.Stage;
import com.google.inject.spi.Message;
import com.google.inject.util.Providers;
import io.perennial.api.Configured;
import io.perennial.api.Extensions;
import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import io.perennial.api.Registration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Makes the extensions of one run.
 *
 * <p>Three levels of injectors: the run's, with its services; a child for each plugin, with what
 * the plugin binds for itself, so that two plugins may bind the same type; and under it a child for
 * each extension that is made. That last one binds the settings record, a {@link RandomSource} and
 * a {@link Logger} of the extension's own, {@link Extensions} for what its settings contain, and
 * the implementation. A plugin's own bindings are shared by its extensions and therefore see the
 * run's services, not the settings of one of them.
 *
 * <p>Strict: only what is bound is injected, only into constructors with {@code @Inject}.
 *
 * <p>Not safe for use by several threads.
 */
public final class Wiring implements Extensions {
  /** What every injector has, and no extension needs. */
  private static final Set<Class<?>> GUICE =
      Set.of(Injector.class, Stage.class, java.util.logging.Logger.class, Registration.class);

  private final Registry registry;
  private final RandomSource root;
  private final Injector run;
  private final Map<LoadedPlugin, Injector> plugins = new HashMap<>();

  /**
   * Prepares a run.
   *
   * @param registry what can be made
   * @param root every extension's generator is its child, named by the extension's label
   * @param services what the run offers to all extensions; each is bound explicitly
   */
  public Wiring(Registry registry, RandomSource root, Module services) {
    this.registry = registry;
    this.root = root;
    this.run = Guice.createInjector(Stage.PRODUCTION, Wiring::beStrict, services);
  }

  @Override
  public <T> T create(Configured<T> block, String label) {
    Extension<T> extension = registry.get(block.kind(), block.type());
    return within(
        extension,
        label,
        () ->
            stage(extension, block.settings(), label)
                .getInstance(extension.registration().implementation()));
  }

  /**
   * Looks whether all is there that the extension asks for, without making it.
   *
   * @throws InputException with everything that is not
   */
  public void check(Configured<?> block, String label) {
    Extension<?> extension = registry.get(block.kind(), block.type());
    var unused = within(extension, label, () -> stage(extension, block.settings(), label));
  }

  private Injector stage(Extension<?> extension, Record settings, String label) {
    Injector plugin = plugins.get(extension.plugin());
    if (plugin == null) {
      plugin = run.createChildInjector(extension.plugin().module());
      plugins.put(extension.plugin(), plugin);
    }
    return plugin.createChildInjector(new StageModule(extension.registration(), settings, label));
  }

  private <T> T within(Extension<?> extension, String label, Supplier<T> code) {
    ClassLoader loader = extension.plugin().module().getClass().getClassLoader();
    try {
      return ContextLoader.with(loader, code::get);
    } catch (CreationException e) {
      throw unwired(extension, label, e.getErrorMessages(), e);
    } catch (ConfigurationException e) {
      throw unwired(extension, label, e.getErrorMessages(), e);
    } catch (ProvisionException e) {
      throw unwired(extension, label, e.getErrorMessages(), e);
    }
  }

  private static void beStrict(Binder binder) {
    binder.requireExplicitBindings();
    binder.requireAtInjectOnConstructors();
    binder.requireExactBindingAnnotations();
    binder.disableCircularProxies();
  }

  /** What one extension sees beside its plugin's bindings and the run's. */
  private final class StageModule implements Module {
    private final Registration<?> registration;
    private final Record settings;
    private final String label;

    StageModule(Registration<?> registration, Record settings, String label) {
      this.registration = registration;
      this.settings = settings;
      this.label = label;
    }

    @Override
    public void configure(Binder binder) {
      bindSettings(binder, registration.settings());
      binder.bind(RandomSource.class).toInstance(root.child(label));
      String name = Kind.label(registration.kind()) + "." + registration.name();
      // As an instance of its own class it would be searched for what to inject: some 400 methods.
      binder.bind(Logger.class).toProvider(Providers.of(LogManager.getLogger(name)));
      binder
          .bind(Extensions.class)
          .toInstance(
              new Extensions() {
                @Override
                public <U> U create(Configured<U> block, String name) {
                  return Wiring.this.create(block, label + "/" + name);
                }
              });
      binder.bind(registration.implementation());
    }

    private <S extends Record> void bindSettings(Binder binder, Class<S> type) {
      if (!type.isInstance(settings)) {
        binder.addError(
            "The settings of '%s' are a %s, not a %s",
            registration.name(), settings.getClass().getName(), type.getName());
        return;
      }
      binder.bind(type).toInstance(type.cast(settings));
    }
  }

  private RuntimeException unwired(
      Extension<?> extension, String label, Collection<Message> messages, Throwable error) {
    for (Message message : messages) {
      // The constructor ran and had something to say about its input: that says it best.
      if (message.getCause() instanceof InputException input) {
        return input;
      }
      if (message.getCause() instanceof IllegalArgumentException bad) {
        return new InputException(subject(extension, label) + ": " + bad.getMessage(), bad);
      }
      if (message.getCause() instanceof RuntimeException failure) {
        return new IllegalStateException(
            subject(extension, label) + " could not be made: " + failure, failure);
      }
    }
    InputException unwired =
        new InputException(
            messages.stream()
                .map(
                    message ->
                        subject(extension, label)
                            + " cannot be made: "
                            + GuiceErrors.text(message)
                            + GuiceErrors.path(message)
                            + (GuiceErrors.isMissing(message) ? offered(extension) : ""))
                .distinct()
                .toList());
    unwired.initCause(error);
    return unwired;
  }

  /** What could be asked for instead, as far as the plugin's own bindings are known. */
  private String offered(Extension<?> extension) {
    List<Key<?>> keys =
        new ArrayList<>(
            List.of(
                Key.get(extension.registration().settings()),
                Key.get(RandomSource.class),
                Key.get(Logger.class),
                Key.get(Extensions.class)));
    keys.addAll(run.getBindings().keySet());
    Injector plugin = plugins.get(extension.plugin());
    if (plugin != null) {
      keys.addAll(plugin.getBindings().keySet());
    }
    return keys.stream()
        .filter(key -> !GUICE.contains(key.getTypeLiteral().getRawType()))
        .map(GuiceErrors::name)
        .distinct()
        .collect(
            Collectors.joining(
                ", ", " The plugin must bind it, or ask for what can be injected: ", "."));
  }

  private static String subject(Extension<?> extension, String label) {
    LoadedPlugin plugin = extension.plugin();
    return extension
        + " ("
        + label
        + ", plugin "
        + plugin.name()
        + plugin.jar().map(jar -> " in " + jar.getFileName()).orElse("")
        + ")";
  }
}
