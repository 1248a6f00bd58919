package io.perennial.aware;

import com.google.auto.service.AutoService;
import com.google.inject.Binder;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Plugin;
import io.perennial.api.Strategy;

/** Registers {@code memory-aware-synapses}. */
@AutoService(Plugin.class)
@Plugin.Info(apiVersion = Plugin.API_VERSION)
public final class MemoryAwareSynapsesPlugin implements Plugin {
  @Override
  public void configure(Binder binder) {
    ExtensionBinder.of(binder)
        .register(
            Strategy.class,
            "memory-aware-synapses",
            MemoryAwareSynapses.class,
            MemoryAwareSynapses.Settings.class);
  }
}
