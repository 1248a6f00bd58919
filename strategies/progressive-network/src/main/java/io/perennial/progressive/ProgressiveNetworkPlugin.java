package io.perennial.progressive;

import com.google.auto.service.AutoService;
import com.google.inject.Binder;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Plugin;
import io.perennial.api.Strategy;

/** Registers {@code progressive-network}. */
@AutoService(Plugin.class)
@Plugin.Info(apiVersion = Plugin.API_VERSION)
public final class ProgressiveNetworkPlugin implements Plugin {
  @Override
  public void configure(Binder binder) {
    ExtensionBinder.of(binder)
        .register(
            Strategy.class,
            "progressive-network",
            ProgressiveNetwork.class,
            ProgressiveNetwork.Settings.class);
  }
}
