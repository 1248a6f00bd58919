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
 * MNIST and its kin: a directory with four files in the IDX format, plain or gzipped, under MNIST's
 * names. Pixels stay bytes in memory and are divided by 255 when they are read.
 */
@Description("images in the IDX format of MNIST and its kin, from a directory with four files")
public final class IdxFiles implements DataSource {
  private static final int IMAGES = 3;
  private static final int LABELS = 1;

  private final Settings settings;

  /**
   * The settings.
   *
   * @param path the directory
   */
  public record Settings(
      @Description(
              "directory with train-images-idx3-ubyte, train-labels-idx1-ubyte,"
                  + " t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each plain or .gz")
          Path path) {}

  @Inject
  IdxFiles(Settings settings) {
    this.settings = settings;
  }

  @Override
  public DataSet load() {
    Path directory = settings.path();
    requireDirectory(directory);
    List<String> missing = new ArrayList<>();
    Path trainingImages = find(directory, "train-images-idx3-ubyte", missing);
    Path trainingLabels = find(directory, "train-labels-idx1-ubyte", missing);
    Path testImages = find(directory, "t10k-images-idx3-ubyte", missing);
    Path testLabels = find(directory, "t10k-labels-idx1-ubyte", missing);
    if (!missing.isEmpty()) {
      throw new InputException(missing);
    }
    Part training = Part.read(trainingImages, trainingLabels);
    Part test = Part.read(testImages, testLabels);
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
        new long[] {1, shape[0], shape[1]},
        IntStream.range(0, classes).mapToObj(Integer::toString).toList(),
        training.examples(),
        test.examples());
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

  private record Part(IdxFile images, IdxFile labels) {
    static Part read(Path imagesFile, Path labelsFile) {
      IdxFile images = IdxFile.read(imagesFile, IMAGES, "images");
      IdxFile labels = IdxFile.read(labelsFile, LABELS, "labels");
      if (images.count() != labels.count()) {
        throw new InputException(
            "%s: %d labels, but %s has %d images; each image needs its label. Take both files from the same data set."
                .formatted(labelsFile, labels.count(), imagesFile.getFileName(), images.count()));
      }
      return new Part(images, labels);
    }

    int[] shape() {
      return images.header().itemShape();
    }

    String size() {
      return shape()[0] + " x " + shape()[1];
    }

    int largestLabel() {
      int largest = 0;
      for (byte label : labels.values()) {
        largest = Math.max(largest, label & 0xFF);
      }
      return largest;
    }

    Examples examples() {
      int length = shape()[0] * shape()[1];
      return ByteExamples.of(images.values(), labels.values(), length, 255);
    }
  }
}
