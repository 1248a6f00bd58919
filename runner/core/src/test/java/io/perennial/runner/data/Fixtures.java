package io.perennial.runner.data;

import io.perennial.api.Configured;
import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Examples;
import io.perennial.api.Extensions;
import io.perennial.api.RandomSource;
import io.perennial.api.Registration;
import io.perennial.api.Scenario;
import io.perennial.api.Setting;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Small data whose every value says where it comes from. */
final class Fixtures {
  private static final Configured<DataSource> ANY =
      new Configured<>(DataSource.class, "counting", new Registration.NoSettings());

  private Fixtures() {}

  /** Example i of class {@code i % classes}; feature k is {@code i + k / 1000}. */
  static DataSet counting(int classes, int training, int test, int features) {
    return new DataSet(
        "counting",
        new long[] {1, 1, features},
        IntStream.range(0, classes).mapToObj(c -> "c" + c).toList(),
        new Counting(classes, training, features, 0),
        new Counting(classes, test, features, training));
  }

  static Scenario split(
      DataSet data, int tasks, Setting setting, double validation, ClassOrder order, long seed) {
    return new Split(
        new Split.Settings(ANY, tasks, setting, validation, order, List.of()),
        new RandomSource(seed),
        new Fixed(data));
  }

  static Scenario split(DataSet data, List<Integer> sizes, ClassOrder order, long seed) {
    return new Split(
        new Split.Settings(ANY, sizes.size(), Setting.CLASS_INCREMENTAL, 0, order, sizes),
        new RandomSource(seed),
        new Fixed(data));
  }

  static Scenario permuted(DataSet data, int tasks, Setting setting, double validation, long seed) {
    return new Permuted(
        new Permuted.Settings(ANY, tasks, setting, validation),
        new RandomSource(seed),
        new Fixed(data));
  }

  static Scenario noisy(DataSet data, List<Double> levels, Setting setting, long seed) {
    return new Noisy(
        new Noisy.Settings(ANY, levels, setting, 0.25), new RandomSource(seed), new Fixed(data));
  }

  static Scenario rotated(
      DataSet data, int tasks, double degrees, Setting setting, double validation, long seed) {
    return new Rotated(
        new Rotated.Settings(ANY, tasks, degrees, setting, validation),
        new RandomSource(seed),
        new Fixed(data));
  }

  /** Files under MNIST's names, in memory. */
  static IdxFiles idx(Path directory) {
    return new IdxFiles(
        new IdxFiles.Settings(directory, "", false),
        new DerivedData(directory.resolve("cache"), 1 << 20, 1 << 28));
  }

  /** This thread's time: whatever else runs on the machine does not count. */
  static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  static float[] read(Examples examples, int index, int features) {
    float[] values = new float[features];
    examples.read(index, values, 0);
    return values;
  }

  /** The number of the example, whatever view it is seen through: its smallest feature. */
  static List<Integer> identities(Examples examples, int features) {
    return IntStream.range(0, examples.size())
        .mapToObj(
            i -> {
              float smallest = Float.POSITIVE_INFINITY;
              for (float value : read(examples, i, features)) {
                smallest = Math.min(smallest, value);
              }
              return (int) smallest;
            })
        .toList();
  }

  static List<Integer> labels(Examples examples) {
    return IntStream.range(0, examples.size()).mapToObj(examples::label).toList();
  }

  private record Counting(int classes, int size, int features, int first) implements Examples {
    @Override
    public int label(int index) {
      return (first + index) % classes;
    }

    @Override
    public void read(int index, float[] destination, int offset) {
      for (int k = 0; k < features; k++) {
        destination[offset + k] = first + index + k / 1000f;
      }
    }
  }

  private record Fixed(DataSet data) implements Extensions {
    @Override
    public <T> T create(Configured<T> block, String label) {
      DataSource source = () -> data;
      return block.kind().cast(source);
    }
  }
}
