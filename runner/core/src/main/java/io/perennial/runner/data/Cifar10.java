package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Description;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;

/** CIFAR-10: 60,000 colour images of ten classes, in its binary version. */
@Description(
    value = "CIFAR-10: 60,000 colour images of 32 x 32 pixels in ten classes (binary version)",
    paper = "Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009")
public final class Cifar10 implements DataSource {
  private final Settings settings;

  /**
   * The settings.
   *
   * @param path the directory
   */
  public record Settings(
      @Description(
              "directory with data_batch_1.bin to data_batch_5.bin and test_batch.bin, from"
                  + " cifar-10-binary.tar.gz")
          Path path) {}

  @Inject
  Cifar10(Settings settings) {
    this.settings = settings;
  }

  @Override
  public DataSet load() {
    return new Cifar(settings.path(), "cifar-10-binary.tar.gz", 1, 0, 10, "batches.meta.txt")
        .load(
            "CIFAR-10",
            List.of(
                "data_batch_1.bin",
                "data_batch_2.bin",
                "data_batch_3.bin",
                "data_batch_4.bin",
                "data_batch_5.bin"),
            "test_batch.bin");
  }
}
