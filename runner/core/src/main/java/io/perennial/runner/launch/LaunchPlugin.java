package io.perennial.runner.launch;

import com.google.auto.service.AutoService;
import com.google.inject.Binder;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Launcher;
import io.perennial.api.Plugin;

/** Registers the built-in launcher. */
@AutoService(Plugin.class)
@Plugin.Info(apiVersion = Plugin.API_VERSION)
public final class LaunchPlugin implements Plugin {
  @Override
  public void configure(Binder binder) {
    ExtensionBinder.of(binder)
        .register(Launcher.class, "local", LocalLauncher.class, LocalLauncher.Settings.class);
  }
}
