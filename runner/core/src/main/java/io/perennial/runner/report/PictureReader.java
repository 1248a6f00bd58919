package io.perennial.runner.report;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.perennial.runner.result.ResultsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads the artefacts of a run. The files decide what there is, and only those that lie in the
 * directory itself; the index beside them gives titles and kinds, and is not trusted with paths.
 */
final class PictureReader {
  private static final int MOST_ROWS = 500;
  private static final int LARGEST_MATRIX = 10_000;
  private static final long LARGEST_IMAGE = 1L << 20;
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private final Path run;
  private final List<String> notes;

  /**
   * Reads from the directory of one run.
   *
   * @param notes where it tells what it leaves out
   */
  PictureReader(Path run, List<String> notes) {
    this.run = run;
    this.notes = notes;
  }

  List<Picture> read() {
    Path folder = run.resolve(ResultsWriter.ARTEFACTS);
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    Map<String, ArtefactIndex.Line> index = ArtefactIndex.read(run, notes);
    List<Path> files;
    try (Stream<Path> found = Files.walk(folder, 2)) {
      files =
          found
              .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
              .sorted()
              .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Picture> pictures = new ArrayList<>();
    for (Path file : files) {
      String place = run.relativize(file).toString().replace('\\', '/');
      try {
        read(
            file,
            index.getOrDefault(place, ArtefactIndex.Line.of(folder.relativize(file))),
            pictures);
      } catch (IOException | RuntimeException e) {
        notes.add("%s cannot be shown: %s".formatted(place, e.getMessage()));
      }
    }
    return pictures;
  }

  private void read(Path file, ArtefactIndex.Line line, List<Picture> pictures) throws IOException {
    String name = file.getFileName().toString();
    if (name.endsWith(".png")) {
      pictures.add(image(file, line));
    } else if (name.endsWith(".csv")) {
      List<List<String>> rows = csv(file);
      boolean matrix =
          line.kind().equals("matrix") && rows.size() * rows.get(0).size() <= LARGEST_MATRIX;
      pictures.add(matrix ? matrix(rows, line) : table(rows, line));
    }
  }

  private static Picture image(Path file, ArtefactIndex.Line line) throws IOException {
    if (Files.size(file) > LARGEST_IMAGE) {
      throw new IOException("it is larger than a mebibyte");
    }
    byte[] content = Files.readAllBytes(file);
    if (!Arrays.equals(content, 0, Math.min(PNG.length, content.length), PNG, 0, PNG.length)) {
      throw new IOException("it is no PNG image");
    }
    return new Picture.Image(line.source(), line.title(), content);
  }

  private static List<List<String>> csv(Path file) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(file)) {
      reader.forEach(row -> rows.add(row.getFields()));
    }
    if (rows.isEmpty()) {
      throw new IOException("it is empty");
    }
    return rows;
  }

  private static Picture table(List<List<String>> rows, ArtefactIndex.Line line) {
    List<List<String>> body = rows.subList(1, rows.size());
    return new Picture.Table(
        line.source(),
        line.title(),
        rows.get(0),
        body.subList(0, Math.min(MOST_ROWS, body.size())),
        body.size());
  }

  private static Picture matrix(List<List<String>> rows, ArtefactIndex.Line line)
      throws IOException {
    List<String> columns = rows.get(0).subList(1, rows.get(0).size());
    List<String> names = new ArrayList<>();
    double[][] values = new double[rows.size() - 1][];
    for (int i = 0; i < values.length; i++) {
      List<String> row = rows.get(i + 1);
      names.add(row.get(0));
      double[] numbers = new double[columns.size()];
      for (int j = 0; j < numbers.length; j++) {
        numbers[j] = number(row.get(j + 1));
      }
      values[i] = numbers;
    }
    return new Picture.Matrix(line.source(), line.title(), names, columns, values);
  }

  private static double number(String cell) throws IOException {
    try {
      return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      throw new IOException("'%s' is no number".formatted(cell), e);
    }
  }
}
