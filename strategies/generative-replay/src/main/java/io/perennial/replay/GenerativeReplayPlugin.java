package io.perennial.replay;

import com.google.auto.service.AutoService;
import com.google.inject.Binder;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Plugin;
import io.perennial.api.Strategy;

/** Registers {@code generative-replay}. */
@AutoService(Plugin.class)
@Plugin.Info(apiVersion = Plugin.API_VERSION)
public final class GenerativeReplayPlugin implements Plugin {
  @Override
  public void configure(Binder binder) {
    ExtensionBinder.of(binder)
        .register(
            Strategy.class, "generative-replay", GenerativeReplay.class, ReplaySettings.class);
  }
}
