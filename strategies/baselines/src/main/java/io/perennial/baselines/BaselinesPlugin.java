package io.perennial.baselines;

import com.google.auto.service.AutoService;
import com.google.inject.Binder;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Plugin;
import io.perennial.api.Strategy;

/** Registers {@code naive}, {@code joint} and {@code independent}. */
@AutoService(Plugin.class)
@Plugin.Info(apiVersion = Plugin.API_VERSION)
public final class BaselinesPlugin implements Plugin {
  @Override
  public void configure(Binder binder) {
    ExtensionBinder.of(binder)
        .register(Strategy.class, "naive", Naive.class)
        .register(Strategy.class, "joint", Joint.class, Joint.Settings.class)
        .register(Strategy.class, "independent", Independent.class);
  }
}
