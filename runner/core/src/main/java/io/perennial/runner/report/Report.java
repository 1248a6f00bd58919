package io.perennial.runner.report;

import io.perennial.api.InputException;
import io.perennial.runner.result.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The results of one or several runs as a page for people, or as single pictures. */
public final class Report {
  /** What the page of a run is called in its directory. */
  public static final String FILE = "report.html";

  private final List<Entry> entries;

  private Report(List<Entry> entries) {
    this.entries = entries;
  }

  /**
   * Reads results.
   *
   * @param directories each that of a run, of a run with several seeds or orders, or one that holds
   *     such directories; runs may still be going on or have failed
   * @throws InputException with everything that is missing or damaged
   */
  public static Report of(List<Path> directories) {
    return new Report(EntryReader.read(directories));
  }

  /**
   * The page: one file that loads nothing, under a content security policy that lets nothing but
   * its own scripts run.
   */
  public String html() {
    return new Page(entries, false).html();
  }

  /** Of a run that has not begun. */
  static Report empty() {
    return new Report(List.of());
  }

  /** The page for a run that goes on: it asks its server now and then whether there is news. */
  String liveHtml() {
    return new Page(entries, true).html();
  }

  /** Writes the page. */
  public void write(Path file) {
    AtomicFile.write(file, html().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes each chart as SVG and, where this machine has fonts, as PNG.
   *
   * @param directory is created when needed
   * @return the files, in the order of the page
   */
  public List<Path> writeFigures(Path directory) {
    return new Figures(new ReportData(entries)).write(directory);
  }
}
