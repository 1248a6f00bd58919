package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Description;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;

/** CIFAR-100: 60,000 colour images of 100 classes or of 20 superclasses, in its binary version. */
@Description(
    value = "CIFAR-100: 60,000 colour images of 32 x 32 pixels in 100 classes (binary version)",
    paper = "Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009")
public final class Cifar100 implements DataSource {
  private static final int LABELS = 2;

  private final Settings settings;

  /** Which of an image's two labels is its class. */
  public enum Grain {
    /** One of 100 classes. */
    FINE,
    /** One of 20 superclasses, of five classes each. */
    COARSE
  }

  /**
   * The settings.
   *
   * @param path the directory
   * @param labels which of the two labels
   */
  public record Settings(
      @Description("directory with train.bin and test.bin, from cifar-100-binary.tar.gz") Path path,
      @Description(value = "the 100 classes, or the 20 superclasses", byDefault = "fine")
          Grain labels) {}

  @Inject
  Cifar100(Settings settings) {
    this.settings = settings;
  }

  @Override
  public DataSet load() {
    boolean fine = settings.labels() == Grain.FINE;
    return new Cifar(
            settings.path(),
            "cifar-100-binary.tar.gz",
            LABELS,
            fine ? 1 : 0,
            fine ? 100 : 20,
            fine ? "fine_label_names.txt" : "coarse_label_names.txt")
        .load("CIFAR-100", List.of("train.bin"), "test.bin");
  }
}
