package io.perennial.runner.data;

import io.perennial.api.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/**
 * Examples without labels in a file, read one after the other and prepared as the examples were
 * that the model was taught with. A file may be larger than the memory, except one of stories.
 */
public final class UnlabelledData {
  private static final int BUFFER = 1 << 16;
  private static final int IMAGES = 3;

  private final Path file;
  private final Format format;
  private final Preparation preparation;
  private final Hints hints;
  private final long[] shape;

  /** What a file holds. */
  public enum Format {
    /** By the file's name and what the model was taught with. */
    BY_NAME,
    /** Images in the IDX format, plain or gzipped. */
    IDX,
    /** Rows of a table, prepared as the model's table was; else the features themselves. */
    CSV,
    /** A column of texts in a CSV or TSV file. */
    TEXT,
    /** Stories with questions in the format of bAbI, with or without answers. */
    BABI
  }

  /**
   * What the run's settings say of its files.
   *
   * @param transposed whether rows and columns of images are exchanged
   * @param text the column with the text
   */
  public record Hints(boolean transposed, String text) {}

  /**
   * Looks at a file's name.
   *
   * @param preparation of the model's data
   * @param shape of an example
   * @throws InputException if the file cannot be read, or not for this model
   */
  public UnlabelledData(
      Path file, Format format, Preparation preparation, Hints hints, long[] shape) {
    if (Files.isDirectory(file) || !Files.isReadable(file)) {
      throw new InputException(
          "%s: %s. Give a file of examples: images in the IDX format, a CSV file, texts."
              .formatted(
                  file,
                  Files.isDirectory(file)
                      ? "is a directory"
                      : Files.exists(file) ? "may not be read" : "does not exist"));
    }
    if (preparation.ambiguous()) {
      throw new InputException(
          "The model was taught from several sources that prepare their data in different ways, so it is not known how to prepare %s. From a program, give LifelongModel the features."
              .formatted(file));
    }
    this.file = file;
    this.preparation = preparation;
    this.hints = hints;
    this.shape = shape.clone();
    this.format = format == Format.BY_NAME ? byName() : format;
    refuseUnprepared();
  }

  private Format byName() {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.contains("-ubyte")
        || name.contains(".ubyte")
        || name.matches(".*\\.idx[0-9]*(\\.gz)?")) {
      return Format.IDX;
    }
    boolean texts = preparation.text().isPresent();
    if (name.endsWith(".csv") || name.endsWith(".tsv")) {
      return texts ? Format.TEXT : Format.CSV;
    }
    if (name.endsWith(".txt") && texts) {
      return Format.BABI;
    }
    throw new InputException(
        "%s: its name does not tell what it holds. Say it with --format: idx, csv, text or babi."
            .formatted(file));
  }

  private void refuseUnprepared() {
    boolean texts = format == Format.TEXT || format == Format.BABI;
    if (texts != preparation.text().isPresent()) {
      throw new InputException(
          texts
              ? "%s: texts, but the model was not taught with texts.".formatted(file)
              : "%s: the model was taught with texts, so it cannot take %s."
                  .formatted(file, format.name().toLowerCase(Locale.ROOT)));
    }
  }

  /**
   * Reads all examples.
   *
   * @param row is given each one's features, in an array that is used again
   * @throws InputException with what is wrong with the file; examples before it were given
   */
  public void forEach(Consumer<float[]> row) {
    switch (format) {
      case IDX -> readImages(row);
      case CSV -> readTable(row);
      case TEXT -> new UnlabelledTexts(file, text()).forEachText(hints.text(), row);
      case BABI -> new UnlabelledTexts(file, text()).forEachQuestion(row);
      case BY_NAME -> throw new IllegalStateException("The format is known by now");
    }
  }

  private TextPreparation text() {
    return preparation.text().orElseThrow();
  }

  private int width() {
    return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
  }

  private void readTable(Consumer<float[]> row) {
    if (preparation.table().isPresent()) {
      new UnlabelledTable(file, preparation.table().get()).forEach(row);
    } else {
      new UnlabelledTable(file, TablePreparation.plain(file, width())).forEach(row);
    }
  }

  private void readImages(Consumer<float[]> row) {
    boolean zipped = file.toString().endsWith(".gz");
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = zipped ? new GZIPInputStream(raw, BUFFER) : raw) {
      IdxHeader header =
          IdxHeader.parse(in.readNBytes(IdxHeader.size(IMAGES)), file, IMAGES, "images");
      int[] size = header.itemShape();
      int length = requireSize(size);
      int[] places = places(size[0], size[1]);
      // Many images a call: reading one by one costs more than answering.
      int some = Math.max(1, BUFFER / length);
      byte[] bytes = new byte[some * length];
      float[] features = new float[length];
      float[] scaled = new float[256];
      for (int value = 0; value < scaled.length; value++) {
        scaled[value] = (float) value / 255;
      }
      for (long left = header.count(); left > 0; ) {
        int count = (int) Math.min(some, left);
        if (in.readNBytes(bytes, 0, count * length) < count * length) {
          throw new InputException(
              "%s: truncated: %d images are announced, and fewer follow. Fetch it again."
                  .formatted(file, header.count()));
        }
        for (int n = 0; n < count; n++) {
          for (int i = 0; i < length; i++) {
            features[places[i]] = scaled[bytes[n * length + i] & 0xFF];
          }
          row.accept(features);
        }
        left -= count;
      }
    } catch (IOException e) {
      throw new InputException("%s: cannot be read (%s).".formatted(file, e), e);
    }
  }

  private int requireSize(int[] size) {
    int rank = shape.length;
    int height = hints.transposed() ? size[1] : size[0];
    int width = hints.transposed() ? size[0] : size[1];
    boolean fits =
        rank >= 2
            ? shape[rank - 2] == height && shape[rank - 1] == width && width() == height * width
            : width() == height * width;
    if (!fits) {
      throw new InputException(
          "%s: images of %d x %d pixels, but the model takes examples of the shape %s. Bring them to that size."
              .formatted(file, height, width, Arrays.toString(shape)));
    }
    return height * width;
  }

  private int[] places(int rows, int columns) {
    int[] places = new int[rows * columns];
    for (int i = 0; i < places.length; i++) {
      places[i] = hints.transposed() ? i % columns * rows + i / columns : i;
    }
    return places;
  }

  /** The columns of files that name them, for messages. */
  static String listed(List<String> names) {
    return names.size() <= 12
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, 12)) + ", … (" + names.size() + " in all)";
  }
}
