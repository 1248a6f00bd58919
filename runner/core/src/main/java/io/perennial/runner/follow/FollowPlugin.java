package io.perennial.runner.follow;

import com.google.auto.service.AutoService;
import com.google.inject.Binder;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Plugin;
import io.perennial.api.RunListener;

/** Registers the built-in listeners. */
@AutoService(Plugin.class)
@Plugin.Info(apiVersion = Plugin.API_VERSION)
public final class FollowPlugin implements Plugin {
  @Override
  public void configure(Binder binder) {
    ExtensionBinder.of(binder)
        .register(RunListener.class, "csv", CsvLog.class, LogSettings.class)
        .register(RunListener.class, "json-lines", JsonLinesLog.class, LogSettings.class);
  }
}
