package io.perennial.tensorboard;

import com.google.auto.service.AutoService;
import com.google.inject.Binder;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Plugin;
import io.perennial.api.RunListener;

/** Registers {@code tensorboard}. */
@AutoService(Plugin.class)
@Plugin.Info(apiVersion = Plugin.API_VERSION)
public final class TensorBoardPlugin implements Plugin {
  @Override
  public void configure(Binder binder) {
    ExtensionBinder.of(binder)
        .register(RunListener.class, "tensorboard", TensorBoard.class, TensorBoard.Settings.class);
  }
}
