package io.perennial.curriculum;

import com.google.auto.service.AutoService;
import com.google.inject.Binder;
import com.google.inject.Singleton;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Plugin;
import io.perennial.api.Strategy;
import io.perennial.api.TaskOrder;

/** Registers the orders by probes and {@code easy-to-hard}. */
@AutoService(Plugin.class)
@Plugin.Info(apiVersion = Plugin.API_VERSION)
public final class CurriculumPlugin implements Plugin {
  @Override
  public void configure(Binder binder) {
    // Of the run: orders with the same settings share their measurements.
    binder.bind(Surveys.class).in(Singleton.class);
    ExtensionBinder.of(binder)
        .register(TaskOrder.class, "easy-first", EasyFirst.class, OrderSettings.class)
        .register(TaskOrder.class, "hard-first", HardFirst.class, OrderSettings.class)
        .register(TaskOrder.class, "related-first", RelatedFirst.class, OrderSettings.class)
        .register(TaskOrder.class, "transfer-greedy", TransferGreedy.class, OrderSettings.class)
        .register(Strategy.class, "easy-to-hard", EasyToHard.class, EasyToHard.Settings.class);
  }
}
