package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Guice;
import com.google.inject.Injector;
import io.perennial.api.Description;
import io.perennial.api.Plugin;
import io.perennial.api.Registration;
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
            ModelFactory.class.getSimpleName() + " mlp",
            Optimizer.class.getSimpleName() + " sgd",
            Optimizer.class.getSimpleName() + " adam");
    for (Class<?> settings :
        new Class<?>[] {MlpFactory.Settings.class, Sgd.Settings.class, Adam.Settings.class}) {
      assertThat(settings.getRecordComponents())
          .allSatisfy(c -> assertThat(c.getAnnotation(Description.class).byDefault()).isNotEmpty());
      assertThat(Arrays.stream(settings.getRecordComponents()).count()).isPositive();
    }
  }
}
