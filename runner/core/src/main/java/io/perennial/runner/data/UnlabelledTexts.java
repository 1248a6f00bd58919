package io.perennial.runner.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.perennial.api.InputException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Texts as numbers of the words that the model was taught with. */
final class UnlabelledTexts {
  private final Path file;
  private final TextPreparation preparation;
  private final Vocabulary vocabulary;

  UnlabelledTexts(Path file, TextPreparation preparation) {
    this.file = file;
    this.preparation = preparation;
    this.vocabulary = new Vocabulary(preparation.vocabulary());
  }

  /** A text in each row of a CSV or TSV file with a header. */
  void forEachText(String column, Consumer<float[]> row) {
    float[] features = new float[(1 + preparation.memories()) * preparation.words()];
    try (CsvReader<CsvRecord> records =
        CsvReader.builder()
            .fieldSeparator(file.toString().endsWith(".tsv") ? '\t' : ',')
            .skipEmptyLines(true)
            .allowUnclosedQuote(false)
            .detectBomHeader(true)
            .ofCsvRecord(
                new InputStreamReader(
                    Files.newInputStream(file), StandardCharsets.UTF_8.newDecoder()))) {
      int place = -1;
      for (CsvRecord record : records) {
        if (place < 0) {
          List<String> header = record.getFields().stream().map(String::strip).toList();
          place = header.size() == 1 ? 0 : header.indexOf(column);
          if (place < 0) {
            throw new InputException(
                "%s, line 1: no column '%s' with the texts; there are: %s. Name it so."
                    .formatted(file, column, UnlabelledData.listed(header)));
          }
          continue;
        }
        if (place >= record.getFieldCount()) {
          throw new InputException(
              "%s, line %d: %d cells, so there is no text. Is a text with the separator in it not quoted?"
                  .formatted(file, record.getStartingLineNumber(), record.getFieldCount()));
        }
        int[] words = vocabulary.numbers(Vocabulary.words(record.getField(place)));
        example(List.of(), new TokenExamples.Example(0, 0, words, -1), features);
        row.accept(features);
      }
    } catch (CsvParseException e) {
      throw new InputException(
          "%s: %s. Is a quotation mark missing, or not doubled within a text?"
              .formatted(file, e.getMessage()),
          e);
    } catch (IOException | UncheckedIOException e) {
      throw new InputException(
          "%s: cannot be read (%s). Is it UTF-8 text?".formatted(file, e.getMessage()), e);
    }
  }

  /** The questions of a file of stories. */
  void forEachQuestion(Consumer<float[]> row) {
    Faults faults = new Faults();
    BabiFile stories = BabiFile.unanswered(file, faults);
    faults.refuse();
    List<int[]> sentences = stories.sentences().stream().map(vocabulary::numbers).toList();
    float[] features = new float[(1 + preparation.memories()) * preparation.words()];
    for (BabiFile.Question question : stories.questions()) {
      TokenExamples.Example example =
          new TokenExamples.Example(
              question.from(), question.to(), vocabulary.numbers(question.words()), -1);
      example(sentences, example, features);
      row.accept(features);
    }
  }

  private void example(List<int[]> sentences, TokenExamples.Example example, float[] features) {
    new TokenExamples(sentences, List.of(example), preparation.memories(), preparation.words())
        .read(0, features, 0);
  }
}
