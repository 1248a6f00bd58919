package io.perennial.runner.result;

import io.perennial.api.AccuracyMatrix;
import io.perennial.api.Artefact;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes results into a directory: {@code config.yaml}, {@code results.json}, {@code accuracy.csv}
 * and {@code artefacts/STRATEGY/NAME.csv} or {@code .png}, whose titles are in {@code
 * artefacts/index.json}. May be called again as the run goes on; each file is replaced as a whole.
 * A number that is missing is {@code null} in JSON and empty in CSV.
 */
public final class ResultsWriter {
  /** The file that holds a run's numbers. */
  public static final String RESULTS = "results.json";

  /** The file that holds the configuration as it was understood. */
  public static final String CONFIGURATION = OutputDirectory.CONFIGURATION;

  /** The directory of what strategies contributed. */
  public static final String ARTEFACTS = "artefacts";

  /** The file in it that tells their titles and kinds. */
  public static final String INDEX = "index.json";

  private static final Logger LOG = LoggerFactory.getLogger(ResultsWriter.class);

  private final Path directory;

  /**
   * What earlier calls wrote, too, those of an interrupted process among them: a strategy may
   * contribute something after one task only. By its file.
   */
  private final Map<String, Map<String, String>> index = new LinkedHashMap<>();

  private boolean indexed;

  private final JsonMapper mapper =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** Writes into a directory, which is created when needed. */
  public ResultsWriter(Path directory) {
    this.directory = directory;
  }

  /** Where it writes. */
  public Path directory() {
    return directory;
  }

  /** The name of the directory of one seed within that of several. */
  public static String seedDirectory(long seed) {
    return "seed-" + seed;
  }

  /** The name of the directory of one order within that of several. */
  public static String orderDirectory(int number) {
    return "order-" + number;
  }

  /** Writes the configuration as it was understood, defaults included. */
  public void writeConfiguration(String yaml) {
    AtomicFile.write(
        directory.resolve(OutputDirectory.CONFIGURATION), yaml.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes one run. */
  public void write(RunResult run) {
    AtomicFile.write(directory.resolve("accuracy.csv"), Csv.bytes(table(run.accuracy())));
    if (!indexed) {
      indexed = true;
      readIndex();
    }
    Set<Path> taken = new HashSet<>();
    run.artefacts()
        .forEach((strategy, artefacts) -> artefacts.forEach(a -> write(strategy, a, taken)));
    if (!index.isEmpty()) {
      AtomicFile.write(
          directory.resolve(ARTEFACTS).resolve(INDEX), mapper.writeValueAsBytes(index.values()));
    }
    AtomicFile.write(directory.resolve(RESULTS), mapper.writeValueAsBytes(ResultsJson.of(run)));
  }

  /**
   * Writes what several seeds have in common: their statistics and a line for each. The runs
   * themselves are written into {@link #seedDirectory} of each, by writers of their own.
   *
   * @param name the configuration's
   * @param results so far
   * @param planned how many runs there will be in the end; with fewer the status is running
   */
  public void writeSummary(String name, Results results, int planned) {
    AtomicFile.write(
        directory.resolve(RESULTS),
        mapper.writeValueAsBytes(ResultsJson.summary(name, results, planned)));
  }

  /**
   * Writes how much the order of the tasks matters.
   *
   * @param name the configuration's
   * @param orders the runs of each order so far, which stand in its {@link #orderDirectory}
   * @param planned how many orders there will be in the end; with fewer the status is running
   */
  public void writeOrders(String name, List<Results> orders, int planned) {
    AtomicFile.write(
        directory.resolve(RESULTS),
        mapper.writeValueAsBytes(ResultsJson.orders(name, orders, planned)));
  }

  private void readIndex() {
    Path file = directory.resolve(ARTEFACTS).resolve(INDEX);
    if (!Files.isRegularFile(file)) {
      return;
    }
    try {
      for (Map<String, String> line :
          mapper.readValue(
              Files.readAllBytes(file), new TypeReference<List<Map<String, String>>>() {})) {
        index.put(line.getOrDefault("file", ""), line);
      }
    } catch (IOException | JacksonException e) {
      LOG.warn("{} is made anew, because it cannot be read: {}", file, e.getMessage());
      index.clear();
    }
  }

  private void write(String source, Artefact artefact, Set<Path> taken) {
    String extension = artefact instanceof Artefact.Image ? ".png" : ".csv";
    Path folder = Path.of(ARTEFACTS, Slug.of(source));
    String slug = Slug.of(artefact.name());
    Path file = folder.resolve(slug + extension);
    for (int copy = 2; !taken.add(file); copy++) {
      file = folder.resolve(slug + "-" + copy + extension);
    }
    Map<String, String> line = new LinkedHashMap<>();
    line.put("source", source);
    line.put("name", artefact.name());
    line.put("title", artefact.title());
    line.put("kind", kind(artefact));
    String path = file.toString().replace('\\', '/');
    line.put("file", path);
    index.put(path, line);
    AtomicFile.write(directory.resolve(file), content(artefact));
  }

  private static String kind(Artefact artefact) {
    if (artefact instanceof Artefact.Table) {
      return "table";
    }
    return artefact instanceof Artefact.Matrix ? "matrix" : "image";
  }

  private static byte[] content(Artefact artefact) {
    if (artefact instanceof Artefact.Table table) {
      List<List<?>> rows = new ArrayList<>();
      rows.add(table.columns());
      rows.addAll(table.rows());
      return Csv.bytes(rows);
    }
    if (artefact instanceof Artefact.Matrix matrix) {
      return Csv.bytes(matrix("", matrix.rows(), matrix.columns(), matrix.values()));
    }
    return Png.bytes(((Artefact.Image) artefact).pixels());
  }

  private static List<List<?>> table(AccuracyMatrix accuracy) {
    int size = accuracy.size();
    double[][] values = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        values[i][j] = accuracy.at(i, j);
      }
    }
    return matrix("after task", accuracy.tasks(), accuracy.tasks(), values);
  }

  private static List<List<?>> matrix(
      String corner, List<String> rowNames, List<String> columns, double[][] values) {
    List<List<?>> rows = new ArrayList<>();
    List<Object> header = new ArrayList<>(List.of(corner));
    header.addAll(columns);
    rows.add(header);
    for (int i = 0; i < values.length; i++) {
      List<Object> row = new ArrayList<>(List.of(rowNames.get(i)));
      for (double value : values[i]) {
        row.add(value);
      }
      rows.add(row);
    }
    return rows;
  }
}
