package io.perennial.runner.data;

import io.perennial.api.DataSet;
import io.perennial.api.DataSource;
import io.perennial.api.Description;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Labelled texts of CSV files, as rows of words' numbers {@code [1, words]}: a {@code
 * memory-network} reads them as questions without a story. Words and classes are numbered in the
 * order in which the training texts bring them; a word that only tests have is no word.
 */
@Description("labelled texts of CSV or TSV files: a column with the text, one with its class")
final class TextFiles implements DataSource {
  private final Settings settings;
  private final Preparation preparation;

  /** What stands between two cells. */
  enum Separator {
    /** A tab in files named .tsv, else a comma. */
    BY_NAME,
    /** A comma. */
    COMMA,
    /** A semicolon. */
    SEMICOLON,
    /** A tab. */
    TAB
  }

  /**
   * The settings.
   *
   * @param path the training texts
   * @param test the test texts
   * @param label the column with the class
   * @param text the column with the text
   * @param separator of the cells
   * @param words the most of a text that are read
   */
  record Settings(
      @Description("file of the training texts, in UTF-8, with a header") Path path,
      @Description("file of the test texts, of the same columns") Path test,
      @Description(value = "name of the column with the class", byDefault = "label") String label,
      @Description(value = "name of the column with the text", byDefault = "text") String text,
      @Description(
              value =
                  "what stands between two cells; by-name: a tab in files named .tsv, else a comma",
              byDefault = "by-name")
          Separator separator,
      @Description(
              value = "the most words of a text that are read: the first",
              byDefault = "200",
              min = 1,
              max = 100_000)
          int words) {}

  @Inject
  TextFiles(Settings settings, Preparation preparation) {
    this.settings = settings;
    this.preparation = preparation;
  }

  @Override
  public DataSet load() {
    Faults faults = new Faults();
    TextRows training = TextRows.read(settings.path(), settings, faults);
    TextRows test = TextRows.read(settings.test(), settings, faults);
    faults.refuse();
    Optional<TextPreparation> known = preparation.givenText();
    Vocabulary vocabulary =
        new Vocabulary(known.map(TextPreparation::vocabulary).orElse(List.of()));
    Map<String, Integer> classes = new LinkedHashMap<>();
    int longest = 1;
    for (int row = 0; row < training.texts().size(); row++) {
      vocabulary.learn(training.texts().get(row));
      classes.putIfAbsent(training.labels().get(row), classes.size());
      longest = Math.max(longest, training.texts().get(row).size());
    }
    for (int row = 0; row < test.texts().size(); row++) {
      if (!classes.containsKey(test.labels().get(row))) {
        faults.add(
            "%s: class '%s', which no training text has; a class that is never trained cannot be tested. Correct it, or remove the row."
                .formatted(test.places().get(row), test.labels().get(row)));
      }
    }
    faults.refuse();
    longest = known.map(TextPreparation::words).orElse(longest);
    int memories = known.map(TextPreparation::memories).orElse(0);
    preparation.learn(this, new TextPreparation(vocabulary.words(), memories, longest));
    return new DataSet(
        String.valueOf(settings.path().getFileName()),
        new long[] {1 + memories, longest},
        List.copyOf(classes.keySet()),
        examples(training, vocabulary, classes, memories, longest),
        examples(test, vocabulary, classes, memories, longest));
  }

  private static TokenExamples examples(
      TextRows rows, Vocabulary vocabulary, Map<String, Integer> classes, int memories, int words) {
    List<TokenExamples.Example> examples = new ArrayList<>();
    for (int row = 0; row < rows.texts().size(); row++) {
      int label = classes.getOrDefault(rows.labels().get(row), -1);
      int[] text = vocabulary.numbers(rows.texts().get(row));
      examples.add(new TokenExamples.Example(0, 0, text, label));
    }
    return new TokenExamples(List.of(), examples, memories, words);
  }
}
