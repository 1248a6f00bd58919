package io.perennial.runner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.api.DataSet;
import io.perennial.api.Examples;
import io.perennial.api.InputException;
import io.perennial.api.RandomSource;
import io.perennial.api.Setting;
import io.perennial.api.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BabiTest {
  private static final String WHERE =
      """
      1 Ada went to the attic.
      2 Bob went to the barn.
      3 Where is Ada?\tattic\t1
      4 Ada went to the barn.
      5 Where is Ada?\tbarn\t4
      1 Cleo went to the attic.
      2 Where is Cleo?\tattic\t1
      """;
  private static final String WHERE_TEST =
      """
      1 Bob flew to the attic.
      2 Where is Bob?\tattic\t1
      """;
  private static final String CARRY =
      """
      1 Bob took the lamp there.
      2 Is Bob in the attic?\tno\t1
      3 What is Bob carrying?\tlamp,attic\t1
      """;

  @TempDir Path directory;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(directory.resolve("qa1_where_train.txt"), WHERE);
    Files.writeString(directory.resolve("qa1_where_test.txt"), WHERE_TEST);
    Files.writeString(directory.resolve("qa12_carry_train.txt"), CARRY);
    Files.writeString(directory.resolve("qa12_carry_test.txt"), CARRY);
  }

  private Babi.Settings settings(int sentences, Integer... tasks) {
    return new Babi.Settings(directory, List.of(tasks), sentences);
  }

  private List<Task> stream(Setting setting, double validation, long seed) {
    BabiTasks.Settings settings = new BabiTasks.Settings(settings(50, 1, 12), setting, validation);
    return new BabiTasks(settings, new RandomSource(seed), new Preparation()).tasks();
  }

  private static List<Integer> row(Examples examples, int index, long[] shape) {
    float[] row = new float[(int) (shape[0] * shape[1]) + 2];
    row[0] = -7;
    row[row.length - 1] = -7;
    examples.read(index, row, 1);
    assertThat(row[0]).isEqualTo(-7);
    assertThat(row[row.length - 1]).isEqualTo(-7);
    List<Integer> words = new ArrayList<>();
    for (int i = 1; i < row.length - 1; i++) {
      words.add((int) row[i]);
    }
    return words;
  }

  /** ada 1, went 2, to 3, the 4, attic 5, bob 6, barn 7, cleo 8, where 9, is 10. */
  @Test
  void anExampleIsTheQuestionAndThenTheLatestSentences() {
    Task where = stream(Setting.CLASS_INCREMENTAL, 0, 1).get(0);
    assertThat(where.shape()).containsExactly(4, 5);
    assertThat(where.training().size()).isEqualTo(3);
    assertThat(row(where.training(), 0, where.shape()))
        .containsExactly(9, 10, 1, 0, 0, 6, 2, 3, 4, 7, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0);
    assertThat(row(where.training(), 1, where.shape()))
        .containsExactly(9, 10, 1, 0, 0, 1, 2, 3, 4, 7, 6, 2, 3, 4, 7, 1, 2, 3, 4, 5);
    // A new story forgets the last one, and a word that only tests have keeps its place.
    int unknown = 17;
    assertThat(row(where.test(), 0, where.shape()))
        .containsExactly(9, 10, 6, 0, 0, 6, unknown, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void longStoriesKeepTheirLatestSentences() {
    DataSet data = new Babi(settings(1, 1), new Preparation()).load();
    assertThat(data.shape()).containsExactly(2, 5);
    assertThat(row(data.training(), 1, data.shape()))
        .containsExactly(9, 10, 1, 0, 0, 1, 2, 3, 4, 7);
  }

  @Test
  void wordsAndAnswersAreNumberedInTheOrderOfTheTasks() {
    List<Task> tasks = stream(Setting.CLASS_INCREMENTAL, 0, 1);
    assertThat(tasks).extracting(Task::name).containsExactly("qa1 where", "qa12 carry");
    assertThat(tasks.get(0).classes()).containsExactly(0, 1);
    assertThat(tasks.get(1).classes()).containsExactly(2, 3);
    DataSet together = new Babi(settings(50, 1, 12), new Preparation()).load();
    assertThat(together.classes()).containsExactly("attic", "barn", "no", "lamp,attic");
    assertThat(together.training().size()).isEqualTo(5);
    assertThat(together.training().label(4)).isEqualTo(3);
    assertThat(row(together.training(), 3, together.shape()))
        .isEqualTo(row(tasks.get(1).training(), 0, together.shape()));
    DataSet otherOrder = new Babi(settings(50, 12, 1), new Preparation()).load();
    assertThat(otherOrder.classes()).containsExactly("no", "lamp,attic", "attic", "barn");
  }

  @Test
  void everyTaskHasAllClassesWhereOnlyTheDomainChanges() {
    assertThat(stream(Setting.DOMAIN_INCREMENTAL, 0, 1))
        .allSatisfy(task -> assertThat(task.classes()).containsExactly(0, 1, 2, 3));
  }

  @Test
  void validationIsHeldOutBySeed() {
    Task task = stream(Setting.TASK_INCREMENTAL, 0.4, 1).get(0);
    assertThat(task.training().size()).isEqualTo(2);
    assertThat(task.validation().size()).isEqualTo(1);
    long different =
        LongStream.range(0, 20)
            .mapToObj(seed -> stream(Setting.TASK_INCREMENTAL, 0.4, seed).get(0))
            .map(t -> row(t.validation(), 0, t.shape()))
            .distinct()
            .count();
    assertThat(different).isEqualTo(3);
  }

  @Test
  void windowsLineEndsAByteOrderMarkAndEmptyLinesAreRead() {
    Faults faults = new Faults();
    String text = "\uFEFF" + WHERE.replace("\n", "\r\n\r\n");
    BabiFile file = parse(text, faults);
    assertThat(faults.none()).isTrue();
    assertThat(file).isEqualTo(parse(WHERE, new Faults()));
    assertThat(file.questions().get(0).answer()).isEqualTo("attic");
  }

  private static BabiFile parse(String text, Faults faults) {
    return BabiFile.parse("f.txt", text.getBytes(StandardCharsets.UTF_8), faults);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|f.txt: no question (a line with a tab before its answer). At least one is needed.",
        "1 Ada sat.|f.txt: no question (a line with a tab before its answer). At least one is needed.",
        "Ada sat.|f.txt, line 1: expected a number from 1 on, a blank and a sentence, but the line is 'Ada sat.'.",
        "0 Ada sat.|f.txt, line 1: expected a number from 1 on, a blank and a sentence, but the line is '0 Ada sat.'.",
        "99999999999 Ada|f.txt, line 1: expected a number from 1 on, a blank and a sentence, but the line is '99999999999 Ada'.",
        "1 Ada sat.~3 Who?\\tAda\\t1|f.txt, line 2: the number 3 comes after 1; expected 2, or 1 for a new story.",
        "2 Who?\\tAda|f.txt, line 1: the number 2 comes after 0; expected 1, or 1 for a new story.",
        "1 ...~2 Who?\\tAda|f.txt, line 1: no word in '...'.",
        "1 Ada sat.~2 Who?\\t|f.txt, line 2: the question 'Who?' has no answer after the tab.",
        "1 Ada sat.~2 Who? \\t \\t1|f.txt, line 2: the question 'Who? ' has no answer after the tab.",
        "1 Ada sat.~2 Who?\\tAda\\t2|f.txt, line 2: '2' supports the answer; expected the number of an earlier line of the story.",
        "1 Ada sat.~2 Who?\\tAda\\tx|f.txt, line 2: 'x' supports the answer; expected the number of an earlier line of the story.",
        "1 Ada sat.~2 Who?\\tAda\\t1\\t1|f.txt, line 2: 3 tabs; expected a question, a tab, its answer, a tab and the supporting lines.",
      })
  void brokenLinesAreNamed(String text, String problem) {
    Faults faults = new Faults();
    parse(text.replace("~", "\n").replace("\\t", "\t"), faults);
    assertThatThrownBy(faults::refuse).hasMessage(problem);
  }

  @Test
  void aSentenceHasALimit() {
    Faults faults = new Faults();
    parse("1 " + "word ".repeat(1001) + "\n2 Who?\tAda\n", faults);
    assertThatThrownBy(faults::refuse)
        .hasMessage("f.txt, line 1: 1001 words; a sentence has at most 1000.");
  }

  @Test
  void bytesThatAreNotUtf8AreNamedWithTheirLine() {
    byte[] bytes = WHERE.getBytes(StandardCharsets.UTF_8);
    bytes[WHERE.indexOf("barn")] = (byte) 0xFF;
    Faults faults = new Faults();
    BabiFile.parse("f.txt", bytes, faults);
    assertThatThrownBy(faults::refuse)
        .hasMessage("f.txt, line 2: the byte FF is not UTF-8. Save the file in UTF-8.");
    // A character that is cut off at the end of the file.
    Faults cut = new Faults();
    BabiFile.parse("f.txt", new byte[] {'1', ' ', (byte) 0xC3}, cut);
    assertThatThrownBy(cut::refuse).hasMessageContaining("line 1: the byte C3 is not UTF-8");
  }

  /** All errors of all files at once. */
  @Test
  void everythingIsReportedTogether() throws IOException {
    Files.writeString(directory.resolve("qa1_where_test.txt"), "1 Ada sat.\n3 Who?\tAda\n");
    Files.writeString(directory.resolve("qa12_carry_train.txt"), "x\ny\n");
    assertThatThrownBy(() -> BabiStories.read(settings(50, 1, 12), new Preparation()))
        .isInstanceOf(InputException.class)
        .extracting(e -> ((InputException) e).problems(), InstanceOfAssertFactories.LIST)
        .hasSize(3);
  }

  @Test
  void missingFilesAreAllNamed() {
    assertThatThrownBy(() -> BabiStories.read(settings(50, 1, 2, 3), new Preparation()))
        .isInstanceOfSatisfying(
            InputException.class,
            e ->
                assertThat(e.problems())
                    .hasSize(4)
                    .first()
                    .asString()
                    .contains("qa2_*_train.txt: is not there"));
    assertThatThrownBy(
            () ->
                BabiStories.read(
                    new Babi.Settings(directory.resolve("qa1_where_test.txt"), List.of(1), 50),
                    new Preparation()))
        .hasMessageContaining("is not a directory");
    assertThatThrownBy(
            () ->
                BabiStories.read(
                    new Babi.Settings(directory.resolve("no"), List.of(1), 50), new Preparation()))
        .hasMessageContaining("does not exist");
  }

  @Test
  void aLinkOutOfTheDirectoryIsRefused(@TempDir Path elsewhere) throws IOException {
    Path outside = Files.writeString(elsewhere.resolve("secret.txt"), WHERE);
    Path link = directory.resolve("qa3_x_train.txt");
    Files.createSymbolicLink(link, outside);
    Files.writeString(directory.resolve("qa3_x_test.txt"), WHERE);
    assertThatThrownBy(() -> BabiStories.read(settings(50, 3), new Preparation()))
        .hasMessageContaining("is a link to")
        .hasMessageContaining("outside of the directory");
  }

  @Test
  void aTaskIsNamedOnceAndAllByDefault() {
    assertThatThrownBy(() -> settings(50, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tasks must name each task once, not [1, 1]");
    assertThat(settings(50).tasks()).hasSize(20).startsWith(1, 2).endsWith(20);
  }

  /**
   * Whatever is done to a good file, it is read or refused with a message; nothing else happens.
   */
  @Test
  void damagedFilesAreReadOrRefused() {
    byte[] good = (WHERE + CARRY).getBytes(StandardCharsets.UTF_8);
    byte[] alphabet = "\t\n\r 019.?aZ\u00e9\u0000,'".getBytes(StandardCharsets.UTF_8);
    RandomSource random = new RandomSource(11);
    int refused = 0;
    for (int round = 0; round < 3000; round++) {
      byte[] bytes = Arrays.copyOf(good, 1 + random.nextInt(good.length));
      for (int edits = random.nextInt(6); edits > 0; edits--) {
        bytes[random.nextInt(bytes.length)] = alphabet[random.nextInt(alphabet.length)];
      }
      Faults faults = new Faults();
      BabiFile file = BabiFile.parse("f.txt", bytes, faults);
      if (faults.none()) {
        assertThat(file.questions()).isNotEmpty();
        for (BabiFile.Question question : file.questions()) {
          assertThat(question.from()).isBetween(0, question.to());
          assertThat(question.to()).isLessThanOrEqualTo(file.sentences().size());
          assertThat(question.answer()).isNotBlank();
          assertThat(question.words()).isNotEmpty();
        }
      } else {
        refused++;
        assertThatThrownBy(faults::refuse)
            .isInstanceOf(InputException.class)
            .hasMessageStartingWith("f.txt");
      }
    }
    assertThat(refused).isBetween(500, 2900);
  }
}
