package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Description;
import io.perennial.api.Examples;
import io.perennial.api.InputException;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * MNIST and its kin: a directory with four files in the IDX format, plain or gzipped. Pixels stay
 * bytes, in memory or in a mapped file, and are divided by 255 when they are read.
 */
@Description("images in the IDX format of MNIST and its kin, from a directory with four files")
public final class IdxFiles implements DataSource {
  private static final int IMAGES = 3;
  private static final int LABELS = 1;

  private final Settings settings;
  private final DerivedData derived;

  /**
   * The settings.
   *
   * @param path the directory
   * @param prefix what the files' names begin with
   * @param transposed whether rows and columns are exchanged
   */
  public record Settings(
      @Description(
              "directory with train-images-idx3-ubyte, train-labels-idx1-ubyte,"
                  + " t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each plain or .gz")
          Path path,
      @Description(
              value =
                  "what the files' names begin with, such as emnist-letters for"
                      + " emnist-letters-train-images-idx3-ubyte and"
                      + " emnist-letters-test-images-idx3-ubyte; empty for MNIST's names",
              byDefault = "''")
          String prefix,
      @Description(
              value = "whether rows and columns are to be exchanged, as EMNIST's are",
              byDefault = "false")
          boolean transposed) {}

  @Inject
  IdxFiles(Settings settings, DerivedData derived) {
    this.settings = settings;
    this.derived = derived;
  }

  @Override
  public DataSet load() {
    Path directory = settings.path();
    requireDirectory(directory);
    List<String> missing = new ArrayList<>();
    String prefix = settings.prefix();
    String train = prefix.isEmpty() ? "train" : prefix + "-train";
    String tested = prefix.isEmpty() ? "t10k" : prefix + "-test";
    Path trainingImages = find(directory, train + "-images-idx3-ubyte", missing);
    Path trainingLabels = find(directory, train + "-labels-idx1-ubyte", missing);
    Path testImages = find(directory, tested + "-images-idx3-ubyte", missing);
    Path testLabels = find(directory, tested + "-labels-idx1-ubyte", missing);
    if (!missing.isEmpty()) {
      throw new InputException(missing);
    }
    Part training = Part.read(trainingImages, trainingLabels, derived);
    Part test = Part.read(testImages, testLabels, derived);
    if (!Arrays.equals(training.shape(), test.shape())) {
      throw new InputException(
          "%s: images of %s pixels, but those of %s have %s; training and test images must be of one size. Take both files from the same data set."
              .formatted(testImages, test.size(), trainingImages.getFileName(), training.size()));
    }
    int classes = training.largestLabel() + 1;
    if (test.largestLabel() >= classes) {
      throw new InputException(
          "%s: label %d, but the largest in %s is %d; a class that is never trained cannot be tested. Take both files from the same data set."
              .formatted(
                  testLabels, test.largestLabel(), trainingLabels.getFileName(), classes - 1));
    }
    int[] shape = training.shape();
    return new DataSet(
        String.valueOf(directory.toAbsolutePath().normalize().getFileName()),
        settings.transposed()
            ? new long[] {1, shape[1], shape[0]}
            : new long[] {1, shape[0], shape[1]},
        IntStream.range(0, classes).mapToObj(Integer::toString).toList(),
        training.examples(settings.transposed()),
        test.examples(settings.transposed()));
  }

  private static void requireDirectory(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new InputException(
          "scenario.dataset.path: %s %s. Give the directory that holds the four IDX files."
              .formatted(
                  directory.toAbsolutePath().normalize(),
                  Files.exists(directory) ? "is not a directory" : "does not exist"));
    }
  }

  private static Path find(Path directory, String name, List<String> missing) {
    Path plain = directory.resolve(name);
    Path zipped = directory.resolve(name + ".gz");
    if (Files.exists(plain)) {
      return plain;
    }
    if (!Files.exists(zipped)) {
      missing.add(
          "%s: neither %s nor %s.gz is there. Put the data set's file there, under that name."
              .formatted(plain, name, name));
    }
    return zipped;
  }

  private record Part(IdxHeader header, Segments images, int[] labels) {
    static Part read(Path imagesFile, Path labelsFile, DerivedData derived) {
      IdxFile images = IdxFile.read(imagesFile, IMAGES, "images", derived);
      IdxFile labels = IdxFile.read(labelsFile, LABELS, "labels", derived);
      if (images.count() != labels.count()) {
        throw new InputException(
            "%s: %d labels, but %s has %d images; each image needs its label. Take both files from the same data set."
                .formatted(labelsFile, labels.count(), imagesFile.getFileName(), images.count()));
      }
      int[] values = new int[labels.count()];
      byte[] one = new byte[1];
      for (int i = 0; i < values.length; i++) {
        labels.items().read(i, 0, one, 1);
        values[i] = one[0] & 0xFF;
      }
      return new Part(images.header(), images.items(), values);
    }

    int[] shape() {
      return header.itemShape();
    }

    String size() {
      return shape()[0] + " x " + shape()[1];
    }

    int largestLabel() {
      return Arrays.stream(labels).max().orElse(0);
    }

    Examples examples(boolean transposed) {
      ByteExamples examples = ByteExamples.of(images, 0, labels, 255);
      return transposed ? examples.permuted(transposition(shape()[0], shape()[1])) : examples;
    }

    /** Of each pixel of the exchanged image, where it stands in the stored one. */
    private static int[] transposition(int rows, int columns) {
      return IntStream.range(0, rows * columns).map(i -> i % rows * columns + i / rows).toArray();
    }
  }
}
