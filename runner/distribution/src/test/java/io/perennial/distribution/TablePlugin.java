package io.perennial.distribution;

import com.google.inject.Binder;
import io.perennial.api.Description;
import io.perennial.api.Examples;
import io.perennial.api.ExtensionBinder;
import io.perennial.api.Plugin;
import io.perennial.api.RandomSource;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Registers {@code scenario: {type: table}}: standardised columns, in which each class is a cloud
 * of its own. In a domain-incremental run all tasks have the same classes, and the clouds move.
 */
@Plugin.Info(apiVersion = Plugin.API_VERSION)
final class TablePlugin implements Plugin {
  private static final int COLUMNS = 6;

  @Override
  public void configure(Binder binder) {
    ExtensionBinder.of(binder)
        .register(Scenario.class, "table", Table.class, Table.TableSettings.class);
  }

  /** The scenario. */
  static final class Table implements Scenario {
    private final TableSettings settings;
    private final RandomSource random;

    /** Its settings. */
    record TableSettings(
        @Description("How many tasks.") int tasks,
        @Description("The classes of each task.") int classes,
        @Description("The examples of each task.") int examples,
        @Description("What is known at test time.") Setting setting) {}

    @Inject
    Table(TableSettings settings, RandomSource random) {
      this.settings = settings;
      this.random = random;
    }

    @Override
    public Setting setting() {
      return settings.setting();
    }

    @Override
    public List<Task> tasks() {
      List<Task> tasks = new ArrayList<>();
      for (int t = 0; t < settings.tasks(); t++) {
        int first = setting() == Setting.DOMAIN_INCREMENTAL ? 0 : t * settings.classes();
        int[] classes = IntStream.range(first, first + settings.classes()).toArray();
        Examples training = cloud(t, first, settings.examples());
        Examples test = cloud(t, first, 40);
        Examples none = training.select(new int[0]);
        long[] shape = {COLUMNS};
        tasks.add(new Task(t, "table " + t, shape, classes, training, none, test));
      }
      return tasks;
    }

    private Examples cloud(int task, int firstClass, int size) {
      float[][] rows = new float[size][COLUMNS];
      for (int n = 0; n < size; n++) {
        RandomSource place = new RandomSource(1000L * task + firstClass + n % settings.classes());
        for (int i = 0; i < COLUMNS; i++) {
          rows[n][i] = (float) (1.5 * place.nextGaussian() + 0.3 * random.nextGaussian());
        }
      }
      return new Examples() {
        @Override
        public int size() {
          return size;
        }

        @Override
        public int label(int index) {
          return firstClass + index % settings.classes();
        }

        @Override
        public void read(int index, float[] destination, int offset) {
          System.arraycopy(rows[index], 0, destination, offset, COLUMNS);
        }
      };
    }
  }
}
