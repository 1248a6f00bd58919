package io.perennial.mlflow;

import com.google.auto.service.AutoService;
import com.google.inject.Binder;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Plugin;
import io.perennial.api.RunListener;

/** Registers {@code mlflow}. */
@AutoService(Plugin.class)
@Plugin.Info(apiVersion = Plugin.API_VERSION)
public final class MlflowPlugin implements Plugin {
  @Override
  public void configure(Binder binder) {
    ExtensionBinder.of(binder)
        .register(RunListener.class, "mlflow", Mlflow.class, Mlflow.Settings.class);
  }
}
