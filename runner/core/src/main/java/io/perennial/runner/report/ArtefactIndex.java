package io.perennial.runner.report;

import io.perennial.runner.result.ResultsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The titles and kinds of a run's artefacts. */
final class ArtefactIndex {
  private ArtefactIndex() {}

  /**
   * What is said of one file.
   *
   * @param source whose it is
   * @param title one sentence; its name if there is none
   * @param kind {@code table}, {@code matrix} or {@code image}; empty if it is not known
   */
  record Line(String source, String title, String kind) {
    /** What a file's path in the artefacts' folder tells by itself. */
    static Line of(Path file) {
      String name = file.getFileName().toString().replaceAll("\\.[^.]*$", "").replace('-', ' ');
      return new Line(file.getNameCount() > 1 ? file.getName(0).toString() : "", name, "");
    }
  }

  /** By path, relative to the run; empty if there is no index or it is damaged. */
  static Map<String, Line> read(Path run, List<String> notes) {
    Map<String, Line> lines = new LinkedHashMap<>();
    Path file = run.resolve(ResultsWriter.ARTEFACTS).resolve(ResultsWriter.INDEX);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return lines;
    }
    try {
      for (JsonNode line : new JsonMapper().readTree(Files.readAllBytes(file))) {
        lines.put(
            line.path("file").asString(""),
            new Line(
                line.path("source").asString(""),
                line.path("title").asString(""),
                line.path("kind").asString("")));
      }
    } catch (IOException | JacksonException e) {
      notes.add("The titles of the artefacts cannot be read: %s".formatted(e.getMessage()));
    }
    return lines;
  }
}
