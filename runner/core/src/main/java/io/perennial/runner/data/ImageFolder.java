package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Description;
import io.perennial.api.Examples;
import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Images in a directory for each class, all brought to one size. What was decoded is kept as bytes
 * ({@link DerivedData}) and mapped, so that it is decoded once and needs no heap.
 */
@Description("PNG and JPEG images in one directory a class, resized")
public final class ImageFolder implements DataSource {
  private static final int COLOURS = 3;

  private final Settings settings;
  private final RandomSource random;
  private final DerivedData derived;

  /**
   * The settings.
   *
   * @param path the directory
   * @param size height and width
   * @param colour whether colours are kept
   * @param testShare the share of each class that is held out if there is no directory for tests
   */
  public record Settings(
      @Description(
              "directory with 'train' and 'test', each with one directory of images a class; or"
                  + " with the classes' directories alone")
          Path path,
      @Description(
              value = "height and width that all images are resized to",
              byDefault = "[28, 28]",
              min = 1,
              max = 4096)
          List<Integer> size,
      @Description(value = "three channels, or one of grey", byDefault = "true") boolean colour,
      @Description(
              value =
                  "share of each class that is held out for testing when there is no directory"
                      + " 'test'; which images is a function of the seed",
              byDefault = "0.2",
              min = 0,
              max = 1,
              aboveMin = true,
              belowMax = true)
          double testShare) {
    /** Checks that the size has two numbers. */
    public Settings {
      size = List.copyOf(size);
      if (size.size() != 2) {
        throw new IllegalArgumentException(
            "size must be a height and a width, such as [28, 28], not " + size);
      }
    }
  }

  @Inject
  ImageFolder(Settings settings, RandomSource random, DerivedData derived) {
    this.settings = settings;
    this.random = random;
    this.derived = derived;
  }

  @Override
  public DataSet load() {
    ImageTree tree = ImageTree.of(settings.path());
    Examples all = examples(tree);
    Holdout parts =
        tree.tested().isEmpty()
            ? Holdout.ofEachClass(tree.labels(), settings.testShare(), random)
            : tree.givenParts();
    return new DataSet(
        String.valueOf(settings.path().toAbsolutePath().normalize().getFileName()),
        new long[] {channels(), settings.size().get(0), settings.size().get(1)},
        tree.classes(),
        all.select(parts.training()),
        all.select(parts.validation()));
  }

  private int channels() {
    return settings.colour() ? COLOURS : 1;
  }

  private Examples examples(ImageTree tree) {
    List<Path> files = new ArrayList<>(tree.trained());
    files.addAll(tree.tested());
    String form = channels() + " x " + settings.size();
    try (DerivedFile file = derived.get("images 1", form, files, out -> decode(files, out))) {
      int length = channels() * settings.size().get(0) * settings.size().get(1);
      return ByteExamples.of(file.records(length, files.size()), 0, tree.labels(), 255);
    } catch (IOException e) {
      throw new InputException(
          "%s: the resized images cannot be read back (%s). Try again."
              .formatted(settings.path(), e),
          e);
    }
  }

  private void decode(List<Path> files, OutputStream out) throws IOException {
    Faults faults = new Faults();
    for (Path file : files) {
      try {
        byte[] pixels =
            ImageFile.read(file, channels(), settings.size().get(0), settings.size().get(1));
        if (faults.none()) {
          out.write(pixels);
        }
      } catch (ImageFile.Refused e) {
        faults.add("%s: %s.".formatted(file, e.getMessage()));
      }
    }
    faults.refuse();
  }
}
