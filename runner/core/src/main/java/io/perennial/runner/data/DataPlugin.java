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
    // Asked for when it is needed: a wrong environment must not keep other extensions from working.
    binder.bind(DerivedData.class).toProvider(DerivedData::ofUser);
    ExtensionBinder.of(binder)
        .register(DataSource.class, "digits", Digits.class)
        .register(DataSource.class, "idx", IdxFiles.class, IdxFiles.Settings.class)
        .register(DataSource.class, "cifar10", Cifar10.class, Cifar10.Settings.class)
        .register(DataSource.class, "cifar100", Cifar100.class, Cifar100.Settings.class)
        .register(DataSource.class, "image-folder", ImageFolder.class, ImageFolder.Settings.class)
        .register(DataSource.class, "csv", CsvFile.class, CsvFile.Settings.class)
        .register(DataSource.class, "text", TextFiles.class, TextFiles.Settings.class)
        .register(DataSource.class, "babi", Babi.class, Babi.Settings.class)
        .register(Scenario.class, "babi", BabiTasks.class, BabiTasks.Settings.class)
        .register(DataSource.class, "arrays", HandedArrays.class, HandedArrays.Settings.class)
        .register(Scenario.class, "split", Split.class, Split.Settings.class)
        .register(Scenario.class, "permuted", Permuted.class, Permuted.Settings.class)
        .register(Scenario.class, "rotated", Rotated.class, Rotated.Settings.class)
        .register(Scenario.class, "noisy", Noisy.class, Noisy.Settings.class)
        .register(Scenario.class, "sequence", Sequence.class, Sequence.Settings.class)
        .register(Scenario.class, "csv-tasks", CsvTasks.class, CsvTasks.Settings.class)
        .register(Scenario.class, "files", FileTasks.class, FileTasks.Settings.class)
        .register(Scenario.class, "blurry", Blurry.class, Blurry.Settings.class)
        .register(Scenario.class, "task-free", TaskFree.class, TaskFree.Settings.class)
        .register(TaskOrder.class, "given", GivenOrder.class, GivenOrder.Settings.class)
        .register(TaskOrder.class, "random", RandomOrder.class, RandomOrder.Settings.class);
  }
}
