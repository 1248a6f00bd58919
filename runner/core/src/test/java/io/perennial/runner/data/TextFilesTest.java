package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.DataSet;
import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import io.perennial.runner.data.TextFiles.Separator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextFilesTest {
  private static final String GOOD =
      """
      id,text,label
      1,"Good, very good!",praise
      2,"It's a ""bad"" film
      and a long one",blame
      """;

  @TempDir Path directory;

  private DataSet load(String name, byte[] training, byte[] test, Separator separator, int words)
      throws IOException {
    Path path = Files.write(directory.resolve(name), training);
    Path tests = Files.write(directory.resolve("test-" + name), test);
    return new TextFiles(
            new TextFiles.Settings(path, tests, "label", "text", separator, words),
            new Preparation())
        .load();
  }

  private DataSet load(String training) throws IOException {
    return load("a.csv", utf8(training), utf8(GOOD), Separator.BY_NAME, 200);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static float[] row(DataSet data, int index) {
    float[] row = new float[(int) data.shape()[1]];
    data.training().read(index, row, 0);
    return row;
  }

  /** good 1, very 2, it's 3, a 4, bad 5, film 6, and 7, long 8, one 9. */
  @Test
  void wordsAreNumberedAsTheyCome() throws IOException {
    DataSet data = load(GOOD);
    assertThat(data.shape()).containsExactly(1, 8);
    assertThat(data.classes()).containsExactly("praise", "blame");
    assertThat(row(data, 0)).containsExactly(1, 2, 1, 0, 0, 0, 0, 0);
    assertThat(row(data, 1)).containsExactly(3, 4, 5, 6, 7, 4, 8, 9);
    assertThat(data.training().label(1)).isEqualTo(1);
  }

  @Test
  void longTextsAreCut() throws IOException {
    DataSet data = load("b.csv", utf8(GOOD), utf8(GOOD), Separator.COMMA, 3);
    assertThat(row(data, 1)).containsExactly(3, 4, 5);
  }

  @Test
  void marksLineEndsAndSeparatorsMakeNoDifference() throws IOException {
    DataSet plain = load(GOOD);
    String windows = "\uFEFF" + GOOD.replace("\n", "\r\n");
    String tabs = GOOD.replace(",", "\t");
    for (DataSet other :
        List.of(
            load(windows),
            load("c.tsv", utf8(tabs), utf8(tabs), Separator.BY_NAME, 200),
            load("d.txt", utf8(tabs), utf8(tabs), Separator.TAB, 200))) {
      assertThat(row(other, 0)).isEqualTo(row(plain, 0));
      assertThat(row(other, 1)).isEqualTo(row(plain, 1));
      assertThat(other.classes()).isEqualTo(plain.classes());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|no row after the header. At least one is needed.",
        "text,label|no row after the header. At least one is needed.",
        "text,class~a,b|line 1: no column 'label'; there are [text, class].",
        "text,label,text~a,b,c|line 1: two columns 'text'. Rename one.",
        "text,label~a,b,c|line 2: 3 cells, but the header has 2.",
        "text,label~a|line 2: 1 cells, but the header has 2.",
        "text,label~a, |line 2, column 'label': empty, but each text needs its class.",
        "text,label~?!,b|line 2, column 'text': no word in it.",
        "text,label~'a' b,praise|Is a quotation mark missing, or not doubled within a text?",
        "text,label~'a,praise|Is a quotation mark missing, or not doubled within a text?",
      })
  void brokenFilesAreRefused(String text, String problem) {
    assertThatThrownBy(() -> load(text.replace("~", "\n").replace("'", "\"")))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(directory.toString())
        .hasMessageContaining(problem);
  }

  @Test
  void allErrorsAreToldAtOnce() {
    assertThatThrownBy(() -> load("text,label\n?,x\nword,\na,b,c\n"))
        .isInstanceOfSatisfying(InputException.class, e -> assertThat(e.problems()).hasSize(3));
  }

  @Test
  void aClassThatIsNeverTrainedIsRefused() {
    String test = "text,label\ngood,blame\nwell,shrug\n";
    assertThatThrownBy(() -> load("e.csv", utf8(GOOD), utf8(test), Separator.BY_NAME, 200))
        .hasMessageContaining("line 3: class 'shrug', which no training text has");
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() {
    byte[] bytes = utf8(GOOD);
    bytes[GOOD.indexOf("film")] = (byte) 0xE9;
    assertThatThrownBy(() -> load("f.csv", bytes, utf8(GOOD), Separator.BY_NAME, 200))
        .hasMessageContaining("not UTF-8");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    TextFiles.Settings settings =
        new TextFiles.Settings(
            directory.resolve("no.csv"), directory, "label", "text", Separator.BY_NAME, 9);
    assertThatThrownBy(() -> new TextFiles(settings, new Preparation()).load())
        .hasMessageContaining("no.csv: does not exist");
  }

  /** Whatever is done to a good file, it is read or refused with a message. */
  @Test
  void damagedFilesAreReadOrRefused() throws IOException {
    byte[] good = utf8(GOOD);
    byte[] alphabet = utf8("\t\n\r ,\";aZ\u00e9\u0000'");
    RandomSource random = new RandomSource(12);
    int refused = 0;
    for (int round = 0; round < 400; round++) {
      byte[] bytes = Arrays.copyOf(good, 1 + random.nextInt(good.length));
      for (int edits = random.nextInt(6); edits > 0; edits--) {
        bytes[random.nextInt(bytes.length)] = alphabet[random.nextInt(alphabet.length)];
      }
      try {
        DataSet data = load("g.csv", bytes, bytes, Separator.COMMA, 200);
        assertThat(data.training().size()).isPositive();
      } catch (InputException e) {
        refused++;
        assertThat(e.getMessage()).startsWith(directory.toString());
      }
    }
    assertThat(refused).isBetween(100, 399);
  }
}
