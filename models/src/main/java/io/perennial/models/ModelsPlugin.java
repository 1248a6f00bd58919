package io.perennial.models;

import com.google.auto.service.AutoService;
import com.google.inject.Binder;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.ModelFactory;
import io.perennial.api.Optimizer;
import io.perennial.api.Plugin;

/** Registers this module's networks and optimisers. */
@AutoService(Plugin.class)
@Plugin.Info(apiVersion = Plugin.API_VERSION)
public final class ModelsPlugin implements Plugin {
  /** For the {@link java.util.ServiceLoader}. */
  public ModelsPlugin() {}

  @Override
  public void configure(Binder binder) {
    ExtensionBinder.of(binder)
        .register(ModelFactory.class, "mlp", MlpFactory.class, MlpFactory.Settings.class)
        .register(
            ModelFactory.class,
            "convolutional",
            ConvolutionalNetworkFactory.class,
            ConvolutionalNetworkFactory.Settings.class)
        .register(
            ModelFactory.class,
            "memory-network",
            MemoryNetworkFactory.class,
            MemoryNetworkFactory.Settings.class)
        .register(Optimizer.class, "sgd", Sgd.class, Sgd.Settings.class)
        .register(Optimizer.class, "adam", Adam.class, Adam.Settings.class);
  }
}
