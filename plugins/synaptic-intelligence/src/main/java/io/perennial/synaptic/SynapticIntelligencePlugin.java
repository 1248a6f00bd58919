package io.perennial.synaptic;

import com.google.auto.service.AutoService;
import com.google.inject.Binder;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Plugin;
import io.perennial.api.Strategy;

/** Registers {@code synaptic-intelligence}. */
@AutoService(Plugin.class)
@Plugin.Info(apiVersion = Plugin.API_VERSION)
public final class SynapticIntelligencePlugin implements Plugin {
  @Override
  public void configure(Binder binder) {
    ExtensionBinder.of(binder)
        .register(
            Strategy.class,
            "synaptic-intelligence",
            SynapticIntelligence.class,
            SynapticIntelligence.Settings.class);
  }
}
