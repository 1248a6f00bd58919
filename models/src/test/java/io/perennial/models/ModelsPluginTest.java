package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Guice;
import com.google.inject.Injector;
import io.perennial.api.Description;
import io.perennial.api.Plugin;
import io.perennial.api.Registration;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class ModelsPluginTest {
  private final Injector injector = Guice.createInjector(new ModelsPlugin());

  @Test
  void isFoundByTheServiceLoader() {
    assertThat(ServiceLoader.load(Plugin.class)).hasAtLeastOneElementOfType(ModelsPlugin.class);
  }

  @Test
  void registersNetworksAndOptimizersWhoseSettingsAllHaveDefaults() {
    assertThat(
            injector.getBindings().keySet().stream()
                .filter(key -> key.getTypeLiteral().getRawType() == Registration.class)
                .map(key -> (Registration<?>) injector.getInstance(key))
                .map(r -> r.kind().getSimpleName() + " " + r.name()))
        .containsExactlyInAnyOrder(
            "ModelFactory mlp",
            "ModelFactory convolutional",
            "ModelFactory memory-network",
            "Optimizer sgd",
            "Optimizer adam");
    for (Class<?> settings :
        List.of(
            MlpFactory.Settings.class,
            ConvolutionalNetworkFactory.Settings.class,
            Sgd.Settings.class,
            Adam.Settings.class)) {
      assertThat(settings.getRecordComponents())
          .isNotEmpty()
          .allSatisfy(
              component ->
                  assertThat(component.getAnnotation(Description.class).byDefault())
                      .isNotEqualTo(Description.REQUIRED));
    }
  }
}
