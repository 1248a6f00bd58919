package io.perennial.runner.data;

import com.google.auto.service.AutoService;
import com.google.inject.Binder;
import io.perennial.api.DataSource;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Plugin;
import io.perennial.api.Scenario;
import io.perennial.api.TaskOrder;

/** Registers the built-in data sets, scenarios and task orders. */
@AutoService(Plugin.class)
@Plugin.Info(apiVersion = Plugin.API_VERSION)
public final class DataPlugin implements Plugin {
  @Override
  public void configure(Binder binder) {
    ExtensionBinder.of(binder)
        .register(DataSource.class, "digits", Digits.class)
        .register(DataSource.class, "idx", IdxFiles.class, IdxFiles.Settings.class)
        .register(DataSource.class, "text", TextFiles.class, TextFiles.Settings.class)
        .register(DataSource.class, "babi", Babi.class, Babi.Settings.class)
        .register(Scenario.class, "babi", BabiTasks.class, BabiTasks.Settings.class)
        .register(Scenario.class, "split", Split.class, Split.Settings.class)
        .register(Scenario.class, "permuted", Permuted.class, Permuted.Settings.class)
        .register(Scenario.class, "rotated", Rotated.class, Rotated.Settings.class)
        .register(Scenario.class, "noisy", Noisy.class, Noisy.Settings.class)
        .register(Scenario.class, "sequence", Sequence.class, Sequence.Settings.class)
        .register(TaskOrder.class, "given", GivenOrder.class, GivenOrder.Settings.class)
        .register(TaskOrder.class, "random", RandomOrder.class, RandomOrder.Settings.class);
  }
}
