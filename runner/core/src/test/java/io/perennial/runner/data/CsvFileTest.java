package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.perennial.api.DataSet;
import io.perennial.api.Examples;
import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvFileTest {
  private static final CsvColumns PLAIN = columns(List.of(), MissingCells.REFUSED, false);

  @TempDir Path directory;
  private Path file;
  private Path test;

  @BeforeEach
  void name() {
    file = directory.resolve("train.csv");
    test = directory.resolve("test.csv");
  }

  @Test
  void readsNumbersCategoriesAndClasses() throws IOException {
    Files.writeString(file, "age,city,y\n1.5,Ulm,10\n-2e3, Bonn ,9\n.25,\"Ulm\",10\n");
    Files.writeString(test, "age,city,y\n7,Rome,9\n");
    DataSet data = load(columns(List.of("city"), MissingCells.REFUSED, false));
    assertThat(data.shape()).containsExactly(3);
    // By value, not as text: as text 10 comes before 9.
    assertThat(data.classes()).containsExactly("9", "10");
    assertThat(Fixtures.labels(data.training())).containsExactly(1, 0, 1);
    assertThat(Fixtures.read(data.training(), 0, 3)).containsExactly(1.5f, 1, 0);
    assertThat(Fixtures.read(data.training(), 1, 3)).containsExactly(-2000f, 0, 1);
    assertThat(Fixtures.read(data.training(), 2, 3)).containsExactly(0.25f, 1, 0);
    // Rome is no category of the training rows.
    assertThat(Fixtures.read(data.test(), 0, 3)).containsExactly(7f, 0, 0);
    assertThat(Fixtures.labels(data.test())).containsExactly(0);
  }

  @Test
  void everyWayOfWritingTheSameFile() throws IOException {
    String plain = "a,b,y\n1,2,u\n3,4,v\n";
    Files.writeString(test, plain);
    List<String> ways =
        List.of(
            plain,
            "\uFEFF" + plain,
            plain.replace("\n", "\r\n"),
            plain.replace("\n", "\r"),
            plain.strip(),
            plain + "\n\n",
            plain.replace(",", " , "),
            "\"a\",\"b\",\"y\"\n\"1\",\"2\",\"u\"\n\"3\",\"4\",\"v\"\n");
    for (String way : ways) {
      Files.writeString(file, way);
      DataSet data = load(PLAIN);
      assertThat(data.classes()).as(way).containsExactly("u", "v");
      assertThat(Fixtures.read(data.training(), 0, 2)).as(way).containsExactly(1f, 2f);
      assertThat(Fixtures.read(data.training(), 1, 2)).as(way).containsExactly(3f, 4f);
    }
  }

  @Test
  void otherSeparatorsAndNoHeader() throws IOException {
    Files.writeString(file, "1;u;2\n3;v;4\n");
    Files.writeString(test, "5;u;6\n");
    CsvColumns semicolons =
        new CsvColumns("2", false, ";", List.of(), List.of("1"), MissingCells.REFUSED, false);
    DataSet data = load(semicolons);
    assertThat(data.shape()).containsExactly(1);
    assertThat(Fixtures.read(data.training(), 1, 1)).containsExactly(4f);
    Files.writeString(file, Files.readString(file).replace(';', '\t'));
    Files.writeString(test, Files.readString(test).replace(';', '\t'));
    data =
        load(new CsvColumns("2", false, "tab", List.of(), List.of(), MissingCells.REFUSED, false));
    assertThat(Fixtures.read(data.test(), 0, 2)).containsExactly(5f, 6f);
  }

  @Test
  void quotedCellsMayHoldAnything() throws IOException {
    Files.writeString(file, "a,c,y\n1,\"x, \"\"y\"\"\nz\",u\n2,w,u\n");
    Files.writeString(test, "a,c,y\n1,\"x, \"\"y\"\"\nz\",u\n");
    DataSet data = load(columns(List.of("c"), MissingCells.REFUSED, false));
    assertThat(Fixtures.read(data.test(), 0, 3)).containsExactly(1f, 1, 0);
    // The line of a later mistake counts the line end inside the quotes.
    Files.writeString(file, "a,c,y\n1,\"x\nz\",u\nw,w,u\n");
    refused(columns(List.of("c"), MissingCells.REFUSED, false))
        .hasMessageContaining("line 4, column 'a': 'w' is no finite number");
  }

  @Test
  void standardisesByTheTrainingRows() throws IOException {
    write(file, "a,b,y\n", IntStream.range(0, 100).mapToObj(i -> i * i + ",7," + i % 2));
    Files.writeString(test, "a,b,y\n50,8,0\n");
    DataSet data = load(columns(List.of(), MissingCells.REFUSED, true));
    double[] sums = new double[2];
    for (int i = 0; i < 100; i++) {
      float value = Fixtures.read(data.training(), i, 2)[0];
      sums[0] += value;
      sums[1] += value * value;
    }
    assertThat(sums[0] / 100).isCloseTo(0, Offset.offset(1e-6));
    assertThat(sums[1] / 100).isCloseTo(1, Offset.offset(1e-6));
    // A constant column is shifted only.
    assertThat(Fixtures.read(data.training(), 0, 2)[1]).isZero();
    assertThat(Fixtures.read(data.test(), 0, 2)[1]).isEqualTo(1);
  }

  @Test
  void theFirstTaskAloneDecidesHowLaterOnesAreEncoded() throws IOException {
    Files.writeString(file, "a,c,y\n1,p,0\n3,q,0\n500,r,1\n900,p,1\n");
    Files.writeString(test, "a,c,y\n2,q,0\n5,r,1\n");
    DataSet all = load(columns(List.of("c"), MissingCells.MEAN, true));
    assertThat(all.shape()).containsExactly(4);
    DataSet first = Encoding.fitted(all, new int[] {0, 1});
    assertThat(first.shape()).containsExactly(3);
    // Mean 2 and deviation 1; r is not known.
    assertThat(Fixtures.read(first.training(), 0, 3)).containsExactly(-1f, 1, 0);
    assertThat(Fixtures.read(first.training(), 2, 3)).containsExactly(498f, 0, 0);
    assertThat(Fixtures.read(first.test(), 0, 3)).containsExactly(0f, 0, 1);
    assertThat(Fixtures.read(first.test(), 1, 3)).containsExactly(3f, 0, 0);
    // Another later task changes nothing.
    Files.writeString(file, "a,c,y\n1,p,0\n3,q,0\n-7,s,1\n");
    DataSet other =
        Encoding.fitted(load(columns(List.of("c"), MissingCells.MEAN, true)), new int[] {0, 1});
    assertThat(Fixtures.read(other.test(), 0, 3)).containsExactly(0f, 0, 1);
    assertThat(Fixtures.read(other.training(), 1, 3)).containsExactly(1f, 0, 1);
  }

  @Test
  void dataThatLearnsNothingStaysAsItIs() {
    DataSet data = Fixtures.counting(2, 4, 2, 3);
    assertThat(Encoding.fitted(data, new int[] {0})).isSameAs(data);
  }

  @Test
  void missingCells() throws IOException {
    Files.writeString(file, "a,c,y\n1,p,0\n,q,0\n3,?,1\nNA,q,1\nnan,null,1\n");
    Files.writeString(test, "a,c,y\nN/A,p,0\n");
    refused(columns(List.of("c"), MissingCells.REFUSED, true))
        .hasMessageContaining("line 3, column 'a': no value")
        .hasMessageContaining("line 4, column 'c': no value")
        .hasMessageContaining("line 5, column 'a': no value")
        .hasMessageContaining("line 6, column 'a': no value")
        .hasMessageContaining("line 6, column 'c': no value. Fill it in, remove the row, or say");
    DataSet raw = load(columns(List.of("c"), MissingCells.MEAN, false));
    assertThat(Fixtures.read(raw.training(), 1, 3)).containsExactly(2f, 0, 1);
    assertThat(Fixtures.read(raw.training(), 2, 3)).containsExactly(3f, 0, 0);
    DataSet scaled = load(columns(List.of("c"), MissingCells.MEAN, true));
    assertThat(Fixtures.read(scaled.training(), 1, 3)).containsExactly(0f, 0, 1);
    assertThat(Fixtures.read(scaled.test(), 0, 3)).containsExactly(0f, 1, 0);
  }

  @Test
  void aColumnWithoutAnyValue() throws IOException {
    Files.writeString(file, "a,c,y\n,,0\n,NA,1\n");
    Files.writeString(test, "a,c,y\n1,p,0\n");
    DataSet data = load(columns(List.of("c"), MissingCells.MEAN, true));
    // No category is known; no deviation either.
    assertThat(data.shape()).containsExactly(1);
    assertThat(Fixtures.read(data.training(), 0, 1)).containsExactly(0f);
    assertThat(Fixtures.read(data.test(), 0, 1)).containsExactly(1f);
    refused(columns(List.of("a", "c"), MissingCells.MEAN, true))
        .hasMessageContaining("there is nothing to learn from");
  }

  @Test
  void cellsThatAreNoNumbers() throws IOException {
    Files.writeString(test, "a,y\n1,0\n");
    for (String cell :
        List.of("x", "1,5", "Inf", "-Infinity", "1e400", "1f", "2d", "1 2", "--1", "+", "0x")) {
      Files.writeString(file, "a,y\n1,0\n\"%s\",0\n".formatted(cell));
      refused(PLAIN)
          .hasMessage(
              file
                  + ", line 3, column 'a': '"
                  + cell
                  + "' is no finite number (with a decimal point, at most about 3.4e38). Correct"
                  + " it, or list the column under categorical or ignored.");
    }
  }

  @Test
  void raggedRowsAreAllNamedUpToALimit() throws IOException {
    Files.writeString(file, "a,b,y\n1,2,u\n1,u\n1,2,3,u\n4,5,u\n");
    Files.writeString(test, "a,b,y\n1,2,u\n");
    refused(PLAIN)
        .hasMessageContaining(file + ", line 3: 2 cells, but there are 3 columns")
        .hasMessageContaining(file + ", line 4: 4 cells, but there are 3 columns");
    write(file, "a,b,y\n", IntStream.range(0, 50).mapToObj(i -> "1,2"));
    refused(PLAIN).hasMessageContaining("line 21: ").hasMessageContaining("and 30 more");
  }

  @Test
  void headersThatDoNotFit() throws IOException {
    Files.writeString(test, "a,b,y\n1,2,u\n");
    Files.writeString(file, "a,a,,Y\n1,2,3,u\n");
    refused(PLAIN)
        .hasMessageContaining("line 1: column 2 is called 'a' as an earlier one is")
        .hasMessageContaining("line 1: column 3 has no name")
        .hasMessageContaining("there is no column 'y'. Did you mean 'Y'?");
    Files.writeString(file, "a;b;y\n1;2;u\n");
    refused(PLAIN).hasMessageContaining("It has: a;b;y. Is the separator right (',')?");
    Files.writeString(file, "y\nu\n");
    refused(PLAIN).hasMessageContaining("no column is left to learn from");
    Files.writeString(file, "a,b,y\n1,2,u\n");
    Files.writeString(test, "a,c,y\n1,2,u\n");
    refused(PLAIN)
        .hasMessageContaining(
            test + ", line 1: other columns than those of " + file + ": column 2 is 'c', not 'b'");
    Files.writeString(test, "a,b\n1,2\n");
    refused(PLAIN).hasMessageContaining("column").hasMessageContaining(test.toString());
  }

  @Test
  void nothingInIt() throws IOException {
    Files.writeString(test, "a,y\n1,u\n");
    for (String empty : List.of("", "\n\n", "\uFEFF", "a,y\n")) {
      Files.writeString(file, empty);
      refused(PLAIN).hasMessageContaining(file.toString());
    }
    Files.delete(file);
    refused(PLAIN).hasMessageContaining(file + ": does not exist");
    Files.createDirectory(file);
    refused(PLAIN).hasMessageContaining(file + ": not a regular file");
  }

  @Test
  void quotesThatNeverClose() throws IOException {
    Files.writeString(test, "a,y\n1,u\n");
    Files.writeString(file, "a,y\n1,u\n\"2,u\n3,u\n");
    refused(PLAIN).hasMessageContaining(file.toString()).hasMessageContaining("3");
  }

  @Test
  void textThatIsNotUtf8() throws IOException {
    Files.writeString(test, "a,y\n1,u\n");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write("a,y\n".getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < 20_000; i++) {
      bytes.write("1,ü\n".getBytes(StandardCharsets.UTF_8));
    }
    bytes.write("2,ü\n".getBytes(StandardCharsets.ISO_8859_1));
    Files.write(file, bytes.toByteArray());
    refused(PLAIN).hasMessageContaining(file + ", line 20002, byte FC: not UTF-8 text");
    Files.write(file, "a,y\n1,u\n".getBytes(StandardCharsets.UTF_16));
    refused(PLAIN).hasMessageContaining("line 1, byte FE: not UTF-8 text");
    // Cut in the middle of a letter.
    Files.write(file, new byte[] {'a', ',', 'y', '\n', '1', ',', (byte) 0xC3});
    refused(PLAIN).hasMessageContaining("line 2, byte C3: not UTF-8 text");
  }

  @Test
  void aMillionColumns() throws IOException {
    Files.writeString(test, "a,y\n1,u\n");
    Files.writeString(file, "1" + ",1".repeat(999_999) + "\n");
    refused(PLAIN).hasMessageContaining(file + ", line 1: more than 100000 columns");
  }

  @Test
  void tooManyDistinctTexts() throws IOException {
    write(file, "a,y\n", IntStream.range(0, 10_001).mapToObj(i -> "1,k" + i));
    Files.writeString(test, "a,y\n1,k1\n");
    refused(PLAIN).hasMessageContaining("line 10002, column 'y': more than 10000 different values");
  }

  @Test
  void aClassThatIsTestedOnly() throws IOException {
    Files.writeString(file, "a,y\n1,u\n");
    Files.writeString(test, "a,y\n1,u\n2,w\n");
    refused(PLAIN).hasMessageContaining(test + ", line 3: class 'w', which no training row has");
  }

  @Test
  void holdsOutTheSameShareOfEachClass() throws IOException {
    write(file, "a,y\n", IntStream.range(0, 110).mapToObj(i -> i + "," + (i < 100 ? "u" : "v")));
    List<List<Float>> heldOut = new ArrayList<>();
    for (long seed : new long[] {1, 1, 2}) {
      DataSet data = holdingOut(0.2, seed);
      assertThat(Collections.frequency(Fixtures.labels(data.test()), 0)).isEqualTo(20);
      assertThat(Collections.frequency(Fixtures.labels(data.test()), 1)).isEqualTo(2);
      List<Float> tested = values(data.test());
      List<Float> all = new ArrayList<>(values(data.training()));
      all.addAll(tested);
      assertThat(all).hasSize(110).doesNotHaveDuplicates();
      heldOut.add(tested);
    }
    assertThat(heldOut.get(0)).isEqualTo(heldOut.get(1)).isNotEqualTo(heldOut.get(2));
    // One row of a class is learned from, not tested.
    Files.writeString(file, "a,y\n1,u\n2,u\n3,w\n");
    DataSet small = holdingOut(0.9, 1);
    assertThat(Fixtures.labels(small.training())).containsExactly(0, 1);
  }

  @Test
  void columnsWithTwoRoles() {
    assertThatThrownBy(
            () ->
                new CsvColumns("y", true, ",", List.of("c"), List.of("c"), MissingCells.MEAN, true))
        .hasMessageContaining("'c' is mentioned twice");
    assertThatThrownBy(
            () -> new CsvColumns("y", true, "||", List.of(), List.of(), MissingCells.MEAN, true))
        .hasMessageContaining("one character");
  }

  private DataSet holdingOut(double share, long seed) {
    return new CsvFile(
            new CsvFile.Settings(file, List.of(), share, PLAIN),
            new RandomSource(seed),
            small(),
            new Preparation())
        .load();
  }

  /** Reads the files in memory and through a mapped file, and holds one to the other. */
  private DataSet load(CsvColumns columns) {
    CsvFile.Settings settings = new CsvFile.Settings(file, List.of(test), 0.5, columns);
    DataSet mapped = new CsvFile(settings, new RandomSource(1), tiny(), new Preparation()).load();
    DataSet data = new CsvFile(settings, new RandomSource(1), small(), new Preparation()).load();
    assertThat(mapped.classes()).isEqualTo(data.classes());
    assertThat(mapped.shape()).isEqualTo(data.shape());
    assertThat(Fixtures.labels(mapped.training())).isEqualTo(Fixtures.labels(data.training()));
    int width = (int) data.shape()[0];
    for (int i = 0; i < data.training().size(); i++) {
      assertThat(Fixtures.read(mapped.training(), i, width))
          .isEqualTo(Fixtures.read(data.training(), i, width));
    }
    return data;
  }

  /** Takes no file into memory. */
  private DerivedData tiny() {
    return new DerivedData(directory.resolve("cache"), 1 << 20, -1);
  }

  private DerivedData small() {
    return new DerivedData(directory.resolve("cache"), 1 << 20, 1 << 25);
  }

  /** Both ways, with the same words and nothing left behind. */
  private AbstractThrowableAssert<?, ?> refused(CsvColumns columns) {
    CsvFile.Settings settings = new CsvFile.Settings(file, List.of(test), 0.5, columns);
    Throwable inMemory =
        catchThrowable(
            () -> new CsvFile(settings, new RandomSource(1), small(), new Preparation()).load());
    assertThatThrownBy(
            () -> new CsvFile(settings, new RandomSource(1), tiny(), new Preparation()).load())
        .hasMessage(inMemory.getMessage());
    assertThat(directory.resolve("cache"))
        .satisfiesAnyOf(
            cache -> assertThat(cache).doesNotExist(),
            cache -> assertThat(cache).isDirectoryNotContaining("glob:**.tmp"));
    return assertThatThrownBy(
            () -> new CsvFile(settings, new RandomSource(1), small(), new Preparation()).load())
        .isInstanceOf(InputException.class);
  }

  private static List<Float> values(Examples examples) {
    return IntStream.range(0, examples.size())
        .mapToObj(i -> Fixtures.read(examples, i, 1)[0])
        .toList();
  }

  private static void write(Path to, String header, Stream<String> rows) throws IOException {
    Files.writeString(to, header + rows.collect(Collectors.joining("\n")) + "\n");
  }

  private static CsvColumns columns(
      List<String> categorical, MissingCells missing, boolean standardise) {
    return new CsvColumns("y", true, ",", categorical, List.of(), missing, standardise);
  }
}
